/**
 * Decides during a sweep which trials aren't worth continuing, by what all have reported so far. It waits for no
 * trial (it is asynchronous), so its decisions depend on the order of the reports, and on nothing else.
 */
export interface StoppingRule {
  /**
   * A trial has ended an epoch. The same report a second time changes nothing.
   * @param score of the metric; greater is better, NaN the worst
   * @returns why the trial is to be stopped, or undefined if it is to continue
   */
  report: (trial: string, epoch: number, score: number) => string | undefined;
}
