import { colors as pc } from '../../text/visible.js';
import { UserError } from '../../text/errors.js';
import { usualGoal } from '../../config/sweep/resolve.js';
import { ablate } from '../../system/shell.js';
import { mainMetricOf } from '../../text/main-metric.js';
import type { SweepSummary } from '../../sweep/sweep-store.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';
import { requireModelName } from '../../tracking/mlflow/names.js';
import type { Score } from '../../tracking/register.js';
import type { Summary } from '../../tracking/run-store.js';

/**
 * @param register name of a registered model, as the user gave it
 * @throws UserError before anything is trained: `mlflow-uri`, `mlflow-setting` when there is no server to register at,
 * `bad-usage` when the name is none
 */
export async function requireRegistry(register: string | undefined): Promise<void> {
  if (register === undefined) return;
  requireModelName(register);
  const { clientFromEnvironment } = await import('../../tracking/mlflow/environment.js');
  const client = clientFromEnvironment(process.env);
  if (client) {
    client.close();
    return;
  }
  throw new UserError('--register needs an MLflow server, and MLFLOW_TRACKING_URI names none', {
    code: 'mlflow-uri',
    hint: `set it, for example to http://127.0.0.1:5000; or train without --register, and register the run later by \`${ablate('sync', '--help')}\``,
    exitCode: 2,
  });
}

/**
 * Registers the model of each run, of a sweep its best run's. What can't be registered is said; it can be done later, and
 * nothing that was trained is lost by it.
 */
export async function registerAll(
  summaries: readonly (Summary | SweepSummary)[],
  runsDirectory: string,
  name: string,
): Promise<void> {
  const { clientFromEnvironment } = await import('../../tracking/mlflow/environment.js');
  const client = clientFromEnvironment(process.env);
  if (!client) return;
  try {
    for (const summary of summaries) await registerOne(summary, { runsDirectory, name, client });
  } finally {
    client.close();
  }
}

interface Target {
  runsDirectory: string;
  name: string;
  client: MlflowClient;
}

async function registerOne(summary: Summary | SweepSummary, { runsDirectory, name, client }: Target): Promise<void> {
  const { deliverableRun } = await import('../../tracking/deliverable.js');
  const { registerModel } = await import('../../tracking/register.js');
  const { runDirectory } = await import('../../tracking/run-store.js');
  const { deliver } = await import('../../tracking/sync.js');
  try {
    const { run: id, score } = await chosenOf(summary);
    const run = deliverableRun(runDirectory(runsDirectory, id));
    await deliver(run, client);
    const { version, isBest } = await registerModel(run, client, { name, score });
    const alias = isBest ? `, ${pc.bold(`models:/${name}@best`)}` : '';
    process.stderr.write(`registered ${id} as version ${version} of ${name}${alias}\n`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const again = `\`${ablate('sync', summary.id, '--register', name)}\` tries again`;
    process.stderr.write(
      `${pc.red('error')} ${error.message}${error.hint ? `\n  ${pc.cyan(error.hint)}` : ''}\n  ${again}\n`,
    );
    process.exitCode = 1;
  }
}

/** @throws UserError `no-model` */
async function chosenOf(summary: Summary | SweepSummary): Promise<{ run: string; score: Score }> {
  if (!('cells' in summary)) {
    const metrics = summary.metrics as Partial<Record<string, number>>;
    const name = mainMetricOf(metrics);
    return { run: summary.id, score: { name, goal: usualGoal(name), value: metrics[name] ?? NaN } };
  }
  const { bestRun } = await import('../../sweep/best-run.js');
  const best = bestRun(summary);
  if (best) return { run: best.run, score: { ...summary.metric, value: best.value } };
  throw new UserError(`no trial of sweep ${summary.id} has finished with a ${summary.metric.name}`, {
    code: 'no-model',
    hint: `\`${ablate('resume', summary.id)}\` resumes it`,
  });
}
