/** The beginning of an experiment that trains in no time and, by its dropout, draws at random. @param dataset in its braces */
export function tinyExperiment(dataset: string): string {
  return `
name: tiny
dataset: { ${dataset} }
model:
  layers:
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
tracking: none
`;
}
