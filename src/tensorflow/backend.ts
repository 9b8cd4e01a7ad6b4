import util from 'node:util';
import { Binding } from './binding.js';
import { CApi } from './c-api.js';
import type { KernelBackend } from './kernels.js';
import { type ContextOptions, type Device, createContext } from './context.js';

/** The name under which tfjs-node's kernels are registered, and so our backend. */
export const BACKEND_NAME = 'tensorflow';

/** Where TensorFlow's shared libraries are. */
export interface LibraryLocation {
  directory: string;
  /** File names within it, in the order to open; the C API is looked up in the last. */
  files: readonly string[];
}

/** TensorFlow, running in this process under tfjs. */
export interface NativeBackend {
  binding: Binding;
  version: string;
  /** The device that ops run on unless told otherwise: a GPU where there is one. */
  device: Device;
}

/**
 * Loads TensorFlow and makes it tfjs's backend: tfjs-node's own kernels over our binding. Once a process.
 * @throws UserError `tensorflow-not-loadable`
 */
export async function startNativeBackend(library: LibraryLocation, options: ContextOptions): Promise<NativeBackend> {
  // Read when the library is loaded; what it has to say there (CPU features, missing CUDA) is no news to the user.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const api = new CApi(library.directory, library.files);
  const { executor, devices } = createContext(api, options);
  const device = devices.find(({ type }) => type === 'GPU') ?? devices[0];
  const binding = new Binding(executor, api.text('TF_Version'), device.type === 'GPU');
  await registerBackend(binding);
  return { binding, version: binding.TF_Version, device };
}

async function registerBackend(binding: Binding): Promise<void> {
  supplyRemovedUtilities();
  const tf = await import('@tensorflow/tfjs');
  const { NodeJSKernelBackend } = await import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js');
  await import('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
  const priority = 3; // above tfjs's own backends
  tf.registerBackend(BACKEND_NAME, () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), priority);
  await tf.setBackend(BACKEND_NAME);
  const { registerFusedKernels } = await import('./kernels.js');
  registerFusedKernels(tf.backend() as unknown as KernelBackend);
}

/** tfjs-node 4.22 calls two functions of `node:util` that Node 23 removed. */
function supplyRemovedUtilities(): void {
  const utilities = util as unknown as Record<string, ((value: unknown) => boolean) | undefined>;
  utilities.isNullOrUndefined ??= (value) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}
