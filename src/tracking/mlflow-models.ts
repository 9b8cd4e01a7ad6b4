import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { cacheDirectory } from '../system/cache.js';
import { UserError } from '../text/errors.js';
import type { LoggedModel, MlflowClient } from './mlflow/client.js';
import { clientFromEnvironment } from './mlflow/environment.js';
import { MlflowError } from './mlflow/errors.js';

/** No model that this program trains is larger. */
const LARGEST_BYTES = 4 * 2 ** 30;
const FILES = ['model.json', 'weights.bin'];
/** Of its run, which tell what it was trained on. */
const RUN_FILES = ['config.yaml', 'journal.jsonl'];

/** Where a server keeps a model. */
interface Kept {
  /** Of its files. */
  artifacts: string;
  /** Of the run that has made it; undefined when that isn't known. */
  runArtifacts: string | undefined;
}

/**
 * The folder of a model that MLflow keeps, downloaded into the cache if it isn't there, below a folder with its run's
 * configuration: what a version holds never changes, and so what an alias or a run leads to is asked of the server each
 * time.
 * @param uri `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `models:/m-ID` or `runs:/ID/model`
 * @throws UserError `mlflow-uri`, `model-not-found`; MlflowError
 */
export async function downloadModel(uri: string, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const client = clientFromEnvironment(environment);
  if (!client) {
    throw new UserError(`${uri} is a model of an MLflow server, and none is named`, {
      code: 'mlflow-uri',
      hint: 'set MLFLOW_TRACKING_URI to its address',
      exitCode: 2,
    });
  }
  try {
    const kept = await findKept(client, uri);
    const identity = createHash('sha256').update(`${client.uri} ${kept.artifacts}`).digest('hex').slice(0, 16);
    const directory = join(cacheDirectory(environment), 'mlflow-models', `${wordOf(uri)}-${identity}`);
    if (!existsSync(directory)) await download(client, kept, directory);
    return join(directory, 'model');
  } finally {
    client.close();
  }
}

async function findKept(client: MlflowClient, uri: string): Promise<Kept> {
  const logged = /^models:\/(m-[0-9a-f]+)$/.exec(uri);
  if (logged) return keptOf(client, (await client.getLoggedModel(logged[1])) ?? missing(uri));
  const run = /^runs:\/([^/]+)\/(.+)$/.exec(uri);
  if (run) return keptByRun(client, uri, { runId: run[1], path: run[2] });
  const version = /^models:\/([^/@]+)(?:\/(\d+)|@(.+))$/.exec(uri);
  if (!version) return uri.startsWith('mlflow-artifacts:') ? { artifacts: uri, runArtifacts: undefined } : missing(uri);
  const [, name, number, alias] = version as (string | undefined)[];
  const wanted = number === undefined ? { alias: alias ?? '' } : { version: number };
  const found = await client.registry.find(decodeURIComponent(name ?? ''), wanted);
  // A version isn't registered from another version: a server that says so would lead round in circles.
  const isPlain = found !== undefined && !/^models:\/(?!m-)/.test(found.source);
  return isPlain ? findKept(client, found.source) : missing(uri);
}

async function keptOf(client: MlflowClient, { artifactUri, runId }: LoggedModel): Promise<Kept> {
  const run = runId === undefined ? undefined : await client.getRun(runId);
  return { artifacts: artifactUri, runArtifacts: run?.artifactUri };
}

/** The model that the run has logged, by its name or as `model`; of other clients, that folder among its artifacts. */
async function keptByRun(
  client: MlflowClient,
  uri: string,
  { runId, path }: { runId: string; path: string },
): Promise<Kept> {
  const run = await client.getRun(runId);
  if (!run) return missing(uri);
  const models = await client.findLoggedModels(run);
  const logged = models.find(({ name }) => name === path) ?? (path === 'model' ? models.at(0) : undefined);
  return { artifacts: logged?.artifactUri ?? `${run.artifactUri}/${path}`, runArtifacts: run.artifactUri };
}

/** @param directory is there with everything or, if something fails, not at all */
async function download(client: MlflowClient, { artifacts, runArtifacts }: Kept, directory: string): Promise<void> {
  const folder = dirname(directory);
  await mkdir(folder, { recursive: true });
  const partial = await mkdtemp(join(folder, '.new-'));
  try {
    await mkdir(join(partial, 'model'));
    for (const file of FILES)
      await client.downloadArtifact(artifacts, file, join(partial, 'model', file), LARGEST_BYTES);
    if (runArtifacts !== undefined) await downloadRun(client, runArtifacts, partial);
    // Whoever else has downloaded it meanwhile has the same.
    await rename(partial, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Runs of other clients don't have these files; their models can be asked all the same. */
async function downloadRun(client: MlflowClient, artifacts: string, folder: string): Promise<void> {
  try {
    for (const file of RUN_FILES) await client.downloadArtifact(artifacts, file, join(folder, file), LARGEST_BYTES);
  } catch (error) {
    if (!(error instanceof MlflowError) || error.retryable) throw error;
    for (const file of RUN_FILES) await rm(join(folder, file), { force: true });
  }
}

/** For the name of a folder. */
function wordOf(uri: string): string {
  return uri
    .replace(/^\w+:\//, '')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 60);
}

function missing(uri: string): never {
  throw new UserError(`MLflow has no model ${uri}`, {
    code: 'model-not-found',
    hint: 'models:/NAME/VERSION, models:/NAME@ALIAS or runs:/RUN_ID/model',
    exitCode: 2,
  });
}
