import { CApi } from './c-api.js';
import { EagerExecutor } from './eager.js';

/** How TensorFlow may use the machine. */
export interface ContextOptions {
  /** Threads within one op (`intra_op_parallelism_threads`); 0 lets TensorFlow take every core. */
  intraOpThreads: number;
  /** Ops that run at once (`inter_op_parallelism_threads`). */
  interOpThreads: number;
}

/** A device that TensorFlow found: `/job:localhost/replica:0/task:0/device:GPU:0`, of type `GPU`. */
export interface Device {
  name: string;
  type: string;
}

/** A context in which ops run, and the devices that it has. */
export interface Context {
  executor: EagerExecutor;
  devices: Device[];
}

export function createContext(api: CApi, options: ContextOptions): Context {
  const contextOptions = api.pointer('TFE_NewContextOptions');
  const config = configProto(options);
  api.checked('TFE_ContextOptionsSetConfig', contextOptions, config, config.byteLength);
  const context = api.checkedPointer('TFE_NewContext', contextOptions);
  api.call('TFE_DeleteContextOptions', contextOptions);
  return { executor: new EagerExecutor(api, context), devices: listDevices(api, context) };
}

/**
 * `tensorflow.ConfigProto` in the wire format of protocol buffers: intra_op_parallelism_threads (field 2),
 * inter_op_parallelism_threads (5), gpu_options.allow_growth (6, 4), allow_soft_placement (7). All numbers are small, so
 * that each takes one byte. Memory growth leaves a shared GPU to its other users until it is needed.
 */
function configProto({ intraOpThreads, interOpThreads }: ContextOptions): Uint8Array {
  const varint = (value: number): number => Math.min(value, 127);
  return Uint8Array.of(0x10, varint(intraOpThreads), 0x28, varint(interOpThreads), 0x32, 2, 0x20, 1, 0x38, 1);
}

function listDevices(api: CApi, context: bigint): Device[] {
  const list = api.checkedPointer('TFE_ContextListDevices', context);
  const devices = Array.from({ length: api.call('TF_DeviceListCount', list) }, (_, index) => ({
    name: api.checkedText('TF_DeviceListName', list, index),
    type: api.checkedText('TF_DeviceListType', list, index),
  }));
  api.call('TF_DeleteDeviceList', list);
  return devices;
}
