import { UserError } from '../text/errors.js';
import type { DeliverableIdentity } from './deliverable.js';
import { EXPERIMENT_TAGS, identityTags, RUN_ID_TAG } from './mlflow-mapping.js';
import type { MlflowClient, MlflowRun } from './mlflow/client.js';
import { ablate } from '../system/shell.js';

/**
 * The id of the experiment that a run goes to, as MLflow's client finds it: the one that the file or
 * `MLFLOW_EXPERIMENT_NAME` names, else the one of `MLFLOW_EXPERIMENT_ID`, else one by the run's name.
 * @throws UserError `mlflow-experiment`; MlflowError
 */
export async function experimentOf({ name, experiment }: DeliverableIdentity, client: MlflowClient): Promise<string> {
  const { experimentId, experimentName } = client.wanted;
  if (experimentId !== undefined && experiment === name && experimentName === undefined) {
    return (await client.findExperiment(experimentId, EXPERIMENT_TAGS)) ?? noExperiment(experimentId, client);
  }
  const id = await client.ensureExperiment(experiment, EXPERIMENT_TAGS);
  const isContradicted = experimentId !== undefined && experimentName === experiment && experimentId !== id;
  return isContradicted ? contradicted(experiment, id, experimentId) : id;
}

/**
 * The run that `MLFLOW_RUN_ID` names, with what the run says of itself: it keeps its name, and the tags that it has.
 * @throws UserError `mlflow-run` when nothing can be logged to it; MlflowError
 */
export async function adoptRun(id: string, identity: DeliverableIdentity, client: MlflowClient): Promise<MlflowRun> {
  const run = await client.getRun(id);
  if (!run) throw notAdopted(id, `MLflow at ${client.uri} has no such run`);
  if (run.deleted) throw notAdopted(id, `it is deleted on MLflow at ${client.uri}`);
  const before = (run.tags as Partial<typeof run.tags>)[RUN_ID_TAG];
  if (before !== undefined && before !== identity.id) throw notAdopted(id, `it is that of run ${before} already`);
  const tags = identityTags(identity).filter(({ key }) => !Object.hasOwn(run.tags, key));
  await client.logBatch(id, { metrics: [], params: [], tags });
  await client.updateRun(id, 'RUNNING');
  return run;
}

function notAdopted(id: string, reason: string): UserError {
  return new UserError(`MLFLOW_RUN_ID is ${id}, and ${reason}`, {
    code: 'mlflow-run',
    hint: `unset it: \`${ablate('sync')}\` then sends the run as one of its own`,
    exitCode: 2,
  });
}

function noExperiment(id: string, { uri }: MlflowClient): never {
  throw new UserError(`MLFLOW_EXPERIMENT_ID is ${id}, and MLflow at ${uri} has no such experiment`, {
    code: 'mlflow-experiment',
    hint: `set it to the id of one that is there, or MLFLOW_EXPERIMENT_NAME to a name; then \`${ablate('sync')}\``,
    exitCode: 2,
  });
}

function contradicted(name: string, id: string, other: string): never {
  throw new UserError(
    `MLFLOW_EXPERIMENT_ID is ${other}, but the experiment ${name} of MLFLOW_EXPERIMENT_NAME is ${id}`,
    {
      code: 'mlflow-experiment',
      hint: `unset one of them; then \`${ablate('sync')}\``,
      exitCode: 2,
    },
  );
}
