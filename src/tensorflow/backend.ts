import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { Binding } from './binding.js';
import { CApi } from './c-api.js';
import type { KernelBackend } from './kernels/registry.js';
import type { LibraryLocation } from './engine.js';
import { type ContextOptions, type Device, createContext } from './context.js';

/** The name under which tfjs-node's kernels are registered, and so our backend. */
export const BACKEND_NAME = 'tensorflow';

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
  setEnvironmentDefaults();
  const api = new CApi(library.directory, library.fileNames);
  const { executor, devices } = createContext(api, options);
  const device = devices.find(({ type }) => type === 'GPU') ?? devices[0];
  const binding = new Binding(executor, api.text('TF_Version'), device.type === 'GPU');
  await registerBackend(binding);
  return { binding, version: binding.TF_Version, device };
}

/** TensorFlow reads these when it is loaded; what the user has set stays. */
function setEnvironmentDefaults(): void {
  // What TensorFlow has to say (CPU features, missing CUDA) is no news to the user.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels: by default TensorFlow takes them on CPUs with AVX512-VNNI only, but they are as much as twice as
  // fast on others (docs/internals/performance.md).
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // The same configuration on the same machine gives the same bits, on a GPU too.
  process.env.TF_DETERMINISTIC_OPS ??= '1';
}

async function registerBackend(binding: Binding): Promise<void> {
  supplyRemovedUtilities();
  const { NodeJSKernelBackend } = await import('./tfjs-node-kernels.js');
  const priority = 3; // above tfjs's own backends
  const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node');
  tf.registerBackend(BACKEND_NAME, () => backend, priority);
  await tf.setBackend(BACKEND_NAME);
  const { registerFusedKernels } = await import('./kernels/fused.js');
  const { registerCorrectedKernels } = await import('./kernels/corrected.js');
  const { registerMissingKernels } = await import('./kernels/missing.js');
  const { registerExplicitPadding } = await import('./kernels/explicit-padding.js');
  const { registerActivationGradients } = await import('./kernels/activation-gradients.js');
  const { registerBatchNormalization } = await import('./kernels/batch-normalization.js');
  const { registerGradients } = await import('./kernels/gradients.js');
  const { registerRealSpectrum } = await import('./kernels/real-spectrum.js');
  registerFusedKernels(backend as unknown as KernelBackend);
  registerCorrectedKernels(backend as unknown as KernelBackend);
  registerMissingKernels(backend as unknown as KernelBackend, binding);
  registerRealSpectrum(backend as unknown as KernelBackend, binding);
  registerExplicitPadding();
  registerActivationGradients(backend as unknown as KernelBackend);
  registerBatchNormalization(backend as unknown as KernelBackend);
  registerGradients();
}

/** tfjs-node 4.22 calls two functions of `node:util` that Node 23 removed. */
function supplyRemovedUtilities(): void {
  const utilities = util as unknown as Record<string, ((value: unknown) => boolean) | undefined>;
  utilities.isNullOrUndefined ??= (value) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}
