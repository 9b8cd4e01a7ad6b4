import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { UserError, messageOf } from '../text/errors.js';
import { cacheDirectory } from '../system/cache.js';
import { koffi } from '../system/koffi.js';
import { type Gpu, findGpus, hasUsableDriver } from '../tensorflow/library/gpu.js';
import { choosePython } from '../python/choose-python.js';
import { type Attempt, type TensorFlowLibrary, findTensorFlow } from '../tensorflow/library/find.js';
import { checkLoads } from '../tensorflow/library/load-check.js';
import { describeCpu, glibcVersion, platformProblem } from '../tensorflow/library/platform.js';
import { probePythons } from '../python/python.js';
import { connectionFromEnvironment } from '../tracking/mlflow/connection.js';
import { counted } from '../text/words.js';
import { ablate } from '../system/shell.js';

/** One line of `ablate doctor`. */
export interface Check {
  name: string;
  /** `warn`: Ablate works, but not as well as it could. */
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What mends it. */
  repair?: string;
  /** For TensorFlow: the places that were looked at. */
  tried?: Attempt[];
}

const OLDEST_NODE = 20;
const SCARCE_MEMORY_BYTES = 3e9;
const SCARCE_DISK_BYTES = 3e9;

/** All checks, in the order in which they are shown. None throws: what goes wrong is its result. */
export async function runChecks(): Promise<Check[]> {
  const gpus = await findGpus();
  const checks: (() => Check | Promise<Check>)[] = [
    checkNode,
    checkPlatform,
    checkCpu,
    checkMemory,
    () => checkGpus(gpus),
    checkPython,
    checkKoffi,
    () => checkTensorFlow(gpus),
    checkCache,
    checkMlflow,
  ];
  return Promise.all(checks.map(async (check) => check()));
}

function checkNode(): Check {
  const isTooOld = Number(process.versions.node.split('.')[0]) < OLDEST_NODE;
  const check = { name: 'Node', detail: process.versions.node };
  if (!isTooOld) return { ...check, status: 'ok' };
  return { ...check, status: 'fail', repair: `install Node ${OLDEST_NODE} or newer (https://nodejs.org)` };
}

function checkPlatform(): Check {
  const problem = platformProblem();
  const glibc = glibcVersion();
  const detail = `${process.platform} ${process.arch}${glibc ? `, glibc ${glibc}` : ''}`;
  if (!problem) return { name: 'Platform', status: 'ok', detail };
  return { name: 'Platform', status: 'warn', detail: `${detail}: ${problem.message}`, repair: problem.hint };
}

function checkCpu(): Check {
  const { model, cores, features } = describeCpu();
  const known = features ? `, ${features.join(' ') || 'no vector extensions'}` : '';
  return { name: 'CPU', status: 'ok', detail: `${model}, ${counted(cores, 'core')}${known}` };
}

function checkMemory(): Check {
  // A container's limit, where there is one: 0 or an astronomic number stands for none.
  const total = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const detail = `${gigabytes(total)}, ${gigabytes(Math.min(total, freemem()))} free`;
  if (total >= SCARCE_MEMORY_BYTES) return { name: 'Memory', status: 'ok', detail };
  return { name: 'Memory', status: 'warn', detail, repair: 'TensorFlow and MNIST take about 1 GB a worker: run one' };
}

function checkGpus(gpus: readonly Gpu[]): Check {
  if (gpus.length === 0) return { name: 'GPU', status: 'ok', detail: 'no NVIDIA GPU: training runs on the CPU' };
  const detail = gpus
    .map(({ name, driverVersion, memoryMebibytes }) => `${name}, ${memoryMebibytes} MiB, driver ${driverVersion}`)
    .join('; ');
  if (gpus.some(hasUsableDriver)) return { name: 'GPU', status: 'ok', detail };
  return { name: 'GPU', status: 'warn', detail, repair: 'install NVIDIA driver 525 or newer, which CUDA 12 needs' };
}

async function checkPython(): Promise<Check> {
  try {
    const { version, executable } = choosePython(await probePythons());
    return { name: 'Python', status: 'ok', detail: `${version} (${executable})` };
  } catch (error) {
    // Python is needed to install TensorFlow, not to run it.
    return { name: 'Python', status: 'warn', ...failure(error) };
  }
}

function checkKoffi(): Check {
  const name = 'koffi';
  try {
    return { name, status: 'ok', detail: koffi().version };
  } catch (error) {
    return { name, status: 'fail', ...failure(error) };
  }
}

async function checkTensorFlow(gpus: readonly Gpu[]): Promise<Check> {
  const name = 'TensorFlow';
  try {
    const { library, tried } = await findTensorFlow();
    if (!library) return { name, status: 'fail', detail: 'not found', repair: ablate('install'), tried };
    if (checkKoffi().status === 'fail') return { name, status: 'fail', detail: `${library.directory} needs koffi` };
    return { ...(await checkLibrary(library, gpus)), tried };
  } catch (error) {
    return { name, status: 'fail', ...failure(error) };
  }
}

async function checkLibrary(library: TensorFlowLibrary, gpus: readonly Gpu[]): Promise<Check> {
  const name = 'TensorFlow';
  try {
    const version = await checkLoads(library);
    const detail = `${version}${library.gpu ? ' with CUDA' : ''} (${library.source}: ${library.directory})`;
    if (library.gpu || !gpus.some(hasUsableDriver)) return { name, status: 'ok', detail };
    return { name, status: 'warn', detail: `${detail}, built without CUDA`, repair: installation(library, '--gpu') };
  } catch (error) {
    const detail = `${library.directory} can't be loaded: ${messageOf(error)}`;
    return { name, status: 'fail', detail, repair: installation(library, '--force') };
  }
}

/** What installs a TensorFlow that is used instead of this one: ours comes first, except before an explicit path. */
function installation({ source }: TensorFlowLibrary, option: string): string {
  const command = ablate('install', option);
  return source === 'explicit' ? `unset ABLATE_TENSORFLOW, then ${command}` : command;
}

async function checkCache(): Promise<Check> {
  const directory = cacheDirectory();
  const { bavail, bsize } = await statfs(nearestExisting(directory));
  const detail = `${directory}, ${gigabytes(bavail * bsize)} free`;
  if (bavail * bsize >= SCARCE_DISK_BYTES) return { name: 'Cache', status: 'ok', detail };
  const repair = 'TensorFlow takes 2.5 GB there: make room, or set ABLATE_CACHE to a folder on a larger disk';
  return { name: 'Cache', status: 'warn', detail, repair };
}

async function checkMlflow(): Promise<Check> {
  const name = 'MLflow';
  try {
    const connection = connectionFromEnvironment(process.env);
    if (!connection)
      return { name, status: 'ok', detail: 'MLFLOW_TRACKING_URI is not set: runs are kept on disk alone' };
    await connection.request('POST', 'mlflow/experiments/search', { json: { max_results: 1 } });
    connection.close();
    return { name, status: 'ok', detail: `${connection.uri} answers` };
  } catch (error) {
    // Runs are kept on disk and can be delivered later.
    return { name, status: 'warn', ...failure(error) };
  }
}

function failure(error: unknown): Pick<Check, 'detail' | 'repair'> {
  return { detail: messageOf(error), repair: error instanceof UserError ? error.hint : undefined };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
