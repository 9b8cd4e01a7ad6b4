import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../text/errors.js';
import { openRegularFile } from '../system/regular-file.js';
import { AS_ARTIFACT, newCursor, saveCursor } from '../tracking/cursor.js';
import { deliverableRun } from '../tracking/deliverable.js';
import type { LoggedModel, MlflowClient, MlflowRun } from '../tracking/mlflow/client.js';
import { RUN_ID_TAG } from '../tracking/mlflow-mapping.js';
import { presentFiles, type RunFile } from '../tracking/run-files.js';
import { isRunId, type RunDirectory } from '../tracking/run-store.js';
import { deliver } from '../tracking/sync.js';
import { receiveInto } from './incoming-run.js';
import type { TrialIdentity } from './trial-identity.js';

/** A run that an MLflow server has in full, and how its files are known there. */
export interface LoggedRun {
  /** The run's id. */
  run: string;
  mlflowRun: string;
  files: LoggedFile[];
}

const MODEL = 'model/';

interface LoggedFile {
  /** Below the run's directory, with `/`. */
  path: string;
  bytes: number;
  /** SHA-256, hex. */
  digest: string;
}

/**
 * Logs a run that has ended to an MLflow server: params, metrics, tags, files, model.
 * @throws MlflowError, UserError `mlflow-refused` when the server doesn't take all of it
 */
export async function logRun(run: RunDirectory, client: MlflowClient): Promise<LoggedRun> {
  const deliverable = deliverableRun(run);
  const { mlflow_run_id: mlflowRun, refused } = await deliver(deliverable, client);
  if (refused.length > 0) {
    throw new UserError(`MLflow at ${client.uri} refuses ${refused.join('; ')}`, { code: 'mlflow-refused' });
  }
  const files = [...deliverable.records(), ...deliverable.model()];
  return { run: run.id, mlflowRun, files: await Promise.all(files.map(describeFile)) };
}

/**
 * Fetches a run that was logged into a runs directory, in place of what is there of it: in full, or not at all. It counts
 * as delivered to that server.
 * @throws MlflowError, UserError `logged-run-damaged`, `foreign-run`
 */
export async function fetchRun(
  logged: LoggedRun,
  client: MlflowClient,
  runsDirectory: string,
  trial: TrialIdentity,
): Promise<RunDirectory> {
  if (!isRunId(logged.run)) throw damaged(logged, 'its name is none');
  const mlflowRun = await client.getRun(logged.mlflowRun);
  if (mlflowRun?.tags[RUN_ID_TAG] !== logged.run) throw damaged(logged, `MLflow at ${client.uri} has no such run`);
  const model = (await client.findLoggedModels(mlflowRun)).at(0);
  const run = await receiveInto(runsDirectory, logged.run, trial, async (folder) => {
    for (const file of logged.files) {
      const target = join(folder, checkedPath(logged, file));
      mkdirSync(dirname(target), { recursive: true });
      const [root, path] = placeOf(file, mlflowRun, model);
      await client.downloadArtifact(root, path, target, file.bytes);
      await requireSame(logged, file, target);
    }
  });
  rememberDelivered(run, logged, model, client);
  return run;
}

/** Where a file is among the artifacts: those of the model, where MLflow has logged models (3), are by themselves. */
function placeOf(
  { path }: LoggedFile,
  { artifactUri }: MlflowRun,
  model: LoggedModel | undefined,
): [root: string, path: string] {
  return model && path.startsWith(MODEL) ? [model.artifactUri, path.slice(MODEL.length)] : [artifactUri, path];
}

function rememberDelivered(
  run: RunDirectory,
  { mlflowRun, files }: LoggedRun,
  model: LoggedModel | undefined,
  { uri }: MlflowClient,
): void {
  const present = presentFiles(
    run,
    files.map(({ path }) => path),
  ).flatMap(({ path, version }) => [
    [path, version],
    [AS_ARTIFACT + path, version],
  ]);
  saveCursor(deliverableRun(run), {
    ...newCursor(uri, mlflowRun),
    offset: statSync(run.journal).size,
    uploaded: Object.fromEntries(present) as Record<string, string>,
    model: model && { id: model.modelId, artifact_uri: model.artifactUri, ready: true },
  });
}

async function describeFile({ file, path }: RunFile): Promise<LoggedFile> {
  return { path, bytes: statSync(file).size, digest: await digestOf(file) };
}

/** A path of a file of a run, and no way out of its folder. */
function checkedPath(logged: LoggedRun, { path }: LoggedFile): string {
  const isPlain = posix.normalize(path) === path && !posix.isAbsolute(path) && !path.startsWith('.');
  if (!isPlain || path.includes('\\') || path.includes('\0'))
    throw damaged(logged, `${JSON.stringify(path)} is no file of it`);
  return path;
}

async function requireSame(logged: LoggedRun, { path, bytes, digest }: LoggedFile, file: string): Promise<void> {
  const isSame = statSync(file).size === bytes && (await digestOf(file)) === digest;
  if (!isSame) throw damaged(logged, `${path} is another there`);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline((await openRegularFile(file)).createReadStream(), hash);
  return hash.digest('hex');
}

function damaged({ run }: LoggedRun, problem: string): UserError {
  return new UserError(`run ${run} can't be fetched from MLflow: ${problem}`, { code: 'logged-run-damaged' });
}
