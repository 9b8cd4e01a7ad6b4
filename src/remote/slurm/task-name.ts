/** Slurm's name of a trial: a task of an array job. */
export interface SlurmTask {
  array: string;
  index: number;
}
