import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { cacheDirectory } from '../cache.js';
import { UserError } from '../errors.js';
import { MlflowClient } from './mlflow/client.js';
import { connectionFromEnvironment } from './mlflow/connection.js';

/** No model that this program trains is larger. */
const LARGEST_BYTES = 4 * 2 ** 30;
const FILES = ['model.json', 'weights.bin'];

/**
 * The folder of a model that MLflow keeps, downloaded into the cache if it isn't there: what a version holds never
 * changes, and so what an alias or a run leads to is asked of the server each time.
 * @param uri `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `models:/m-ID` or `runs:/ID/model`
 * @throws UserError `mlflow-uri`, `model-not-found`; MlflowError
 */
export async function downloadModel(uri: string, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const connection = connectionFromEnvironment(environment);
  if (!connection) {
    throw new UserError(`${uri} is a model of an MLflow server, and none is named`, {
      code: 'mlflow-uri',
      hint: 'set MLFLOW_TRACKING_URI to its address',
      exitCode: 2,
    });
  }
  const client = new MlflowClient(connection);
  try {
    const artifacts = await artifactsOf(client, uri);
    const identity = createHash('sha256').update(`${client.uri} ${artifacts}`).digest('hex').slice(0, 16);
    const folder = join(cacheDirectory(environment), 'models');
    return await download(client, artifacts, { folder, name: `${wordOf(uri)}-${identity}` });
  } finally {
    client.close();
  }
}

/** Where the server keeps the model's files. */
async function artifactsOf(client: MlflowClient, uri: string): Promise<string> {
  const logged = /^models:\/(m-[0-9a-f]+)$/.exec(uri);
  if (logged) return (await client.getLoggedModel(logged[1]))?.artifactUri ?? missing(uri);
  const run = /^runs:\/([^/]+)\/(.+)$/.exec(uri);
  if (run) return artifactsOfRun(client, uri, { runId: run[1], path: run[2] });
  const version = /^models:\/([^/@]+)(?:\/(\d+)|@(.+))$/.exec(uri);
  if (!version) return uri.startsWith('mlflow-artifacts:') ? uri : missing(uri);
  const [, name, number, alias] = version as (string | undefined)[];
  const wanted = number === undefined ? { alias: alias ?? '' } : { version: number };
  const found = await client.registry.find(decodeURIComponent(name ?? ''), wanted);
  // A version isn't registered from another version: a server that says so would lead round in circles.
  const isPlain = found !== undefined && !/^models:\/(?!m-)/.test(found.source);
  return isPlain ? artifactsOf(client, found.source) : missing(uri);
}

/** The model that the run has logged; of other clients, the folder of that name among its artifacts. */
async function artifactsOfRun(
  client: MlflowClient,
  uri: string,
  { runId, path }: { runId: string; path: string },
): Promise<string> {
  const run = await client.getRun(runId);
  if (!run) return missing(uri);
  const logged = path === 'model' ? (await client.findLoggedModels(run)).at(0) : undefined;
  return logged?.artifactUri ?? `${run.artifactUri}/${path}`;
}

async function download(
  client: MlflowClient,
  artifacts: string,
  { folder, name }: { folder: string; name: string },
): Promise<string> {
  const directory = join(folder, name);
  if (existsSync(directory)) return directory;
  await mkdir(folder, { recursive: true });
  const partial = await mkdtemp(join(folder, '.new-'));
  try {
    for (const file of FILES) await client.downloadArtifact(artifacts, file, join(partial, file), LARGEST_BYTES);
    // Whoever else has downloaded it meanwhile has the same.
    await rename(partial, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
    return directory;
  } finally {
    await rm(partial, { recursive: true, force: true });
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
