/**
 * tfjs-node's kernels, which call TensorFlow through the binding that they are given. Its package's entry would load a
 * binding of its own, so these two modules are all that is used of it; `scripts/vendor.js` makes one file of them.
 */
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';

export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
