import { ensureManagedPython } from '../python/ensure-python.js';
import type { InstallProgress } from '../python/managed-python.js';
import type { Conversion } from './convert.js';

/** Of TensorFlow, its downloads, and ONNX's packages. */
const BYTES_NEEDED = 3e9;
const REQUIREMENTS = ['tensorflow-cpu==2.21.*', 'tf2onnx==1.17.*', 'onnx==1.23.*', 'onnxruntime==1.32.*'];

/**
 * An interpreter that has what a format's converter and runtime need: TensorFlow's own with Keras; for ONNX the managed
 * Python `onnx`, which is made when it is first needed.
 * @param tensorFlowPython of the TensorFlow that is there, if it is one of Python's
 * @throws UserError as `ensureManagedPython`
 */
export async function exportPython(
  format: Conversion['format'],
  tensorFlowPython: string | undefined,
  options: { onProgress?: (progress: InstallProgress) => void },
): Promise<string> {
  if (format !== 'onnx' && tensorFlowPython !== undefined) return tensorFlowPython;
  return ensureManagedPython({ name: 'onnx', requirements: REQUIREMENTS, bytesNeeded: BYTES_NEEDED, ...options });
}
