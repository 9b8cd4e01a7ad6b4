/** The beginning of an experiment that trains in no time and, by its dropout, draws at random. @param fraction of MNIST */
export function tinyExperiment(fraction: number): string {
  return `
name: tiny
dataset: { name: mnist, train_fraction: ${fraction} }
model:
  layers:
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
tracking: none
`;
}
