import { DeliverableSweep } from '../../sweep/deliverable-sweep.js';
import { readSweepRecord, type TrialEndEvent } from '../../sweep/sweep-journal.js';
import type { SweepDirectory } from '../../sweep/sweep-store.js';
import { loadCursor } from '../../tracking/cursor.js';
import { deliverableRun } from '../../tracking/deliverable.js';
import { sweepTag } from '../../tracking/mlflow-mapping.js';
import { experimentOf } from '../../tracking/mlflow-place.js';
import { pageAddress } from '../../tracking/mlflow/address.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';
import { comparisonView } from '../../tracking/mlflow/comparison-view.js';
import { fitText, TAG_LIMIT } from '../../tracking/mlflow/limits.js';
import { runDirectory } from '../../tracking/run-store.js';

/**
 * The address of the page on which a server that a sweep was sent to compares its variants. Runs that were taken over
 * from earlier ones lie below another parent there; a tag on each run of the sweep brings them together.
 * @throws MlflowError; UserError as `experimentOf`
 */
export async function comparisonAddress(client: MlflowClient, sweep: SweepDirectory): Promise<string> {
  const ends = [...readSweepRecord(sweep).ends.values()];
  if (ends.some(({ reused }) => reused)) await tagTrials(client, sweep, ends);
  const deliverable = new DeliverableSweep(sweep);
  const experimentId = await experimentOf(deliverable.identity(), client);
  const { tag, query } = comparisonView(deliverable.comparison());
  await client.setExperimentTag(experimentId, tag);
  return pageAddress(client.uri, `experiments/${experimentId}/runs`, query);
}

/** Those that the server doesn't have can't be shown. */
async function tagTrials(
  client: MlflowClient,
  { id, runsDirectory }: SweepDirectory,
  ends: readonly TrialEndEvent[],
): Promise<void> {
  for (const { run, label } of ends) {
    const cursor = loadCursor(deliverableRun(runDirectory(runsDirectory, run)), client.uri);
    const tags = [{ key: sweepTag(id), value: fitText(label, TAG_LIMIT) }];
    if (cursor) await client.logBatch(cursor.mlflow_run_id, { metrics: [], params: [], tags });
  }
}
