import { join } from 'node:path';
import type { LibraryHandle } from 'koffi';
import { koffi } from '../system/koffi.js';
import { UserError, messageOf } from '../text/errors.js';
import { ablate } from '../system/shell.js';

/** An address in native memory; only this folder holds any. */
export type Pointer = bigint;

/** One output of a graph operation (`TF_Output`). */
export interface Output {
  oper: Pointer;
  index: number;
}

/** TensorFlow's numbers for element types (`TF_DataType`). */
export const DataType = {
  float32: 1,
  uint8: 4,
  int16: 5,
  int32: 3,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;
export type DataType = (typeof DataType)[keyof typeof DataType];

const P = 'void *';

/** Each C function used: its return type, then its argument types. Arrays of pointers and results are typed arrays. */
const DECLARATIONS = {
  // Status, buffers
  TF_NewStatus: [P],
  TF_GetCode: ['int', P],
  TF_Message: ['str', P],
  TF_Version: ['str'],
  // Tensors
  TF_AllocateTensor: [P, 'int', 'int64_t *', 'int', 'size_t'],
  TF_NewTensor: [P, 'int', 'int64_t *', 'int', P, 'size_t', P, P],
  TF_TensorData: [P, P],
  TF_TensorByteSize: ['size_t', P],
  TF_DeleteTensor: ['void', P],
  TF_StringInit: ['void', P],
  TF_StringCopy: ['void', P, 'uint8_t *', 'size_t'],
  TF_StringGetDataPointer: [P, P],
  TF_StringGetSize: ['size_t', P],
  // Context and eager execution
  TFE_NewContextOptions: [P],
  TFE_ContextOptionsSetConfig: ['void', P, 'uint8_t *', 'size_t', P],
  TFE_DeleteContextOptions: ['void', P],
  TFE_NewContext: [P, P, P],
  TFE_ContextListDevices: [P, P, P],
  TF_DeviceListCount: ['int', P],
  TF_DeviceListName: ['str', P, 'int', P],
  TF_DeviceListType: ['str', P, 'int', P],
  TF_DeleteDeviceList: ['void', P],
  TFE_NewTensorHandle: [P, P, P],
  TFE_DeleteTensorHandle: ['void', P],
  TFE_TensorHandleResolve: [P, P, P],
  TFE_TensorHandleCopyToDevice: [P, P, P, 'str', P],
  TFE_TensorHandleDataType: ['int', P],
  TFE_TensorHandleNumDims: ['int', P, P],
  TFE_TensorHandleDim: ['int64_t', P, 'int', P],
  TFE_NewOp: [P, P, 'str', P],
  TFE_DeleteOp: ['void', P],
  TFE_OpAddInput: ['void', P, P, P],
  TFE_OpSetAttrString: ['void', P, 'str', 'uint8_t *', 'size_t'],
  TFE_OpSetAttrInt: ['void', P, 'str', 'int64_t'],
  TFE_OpSetAttrFloat: ['void', P, 'str', 'float'],
  TFE_OpSetAttrBool: ['void', P, 'str', 'uint8_t'],
  TFE_OpSetAttrType: ['void', P, 'str', 'int'],
  TFE_OpSetAttrShape: ['void', P, 'str', 'int64_t *', 'int', P],
  TFE_OpSetAttrFunctionName: ['void', P, 'str', 'str', 'size_t'],
  TFE_OpSetAttrIntList: ['void', P, 'str', 'int64_t *', 'int'],
  TFE_OpSetAttrFloatList: ['void', P, 'str', 'float *', 'int'],
  TFE_OpSetAttrTypeList: ['void', P, 'str', 'int *', 'int'],
  TFE_Execute: ['void', P, P, 'int *', P],
  TFE_ContextAddFunction: ['void', P, P, P],
  TFE_ContextRemoveFunction: ['void', P, 'str', P],
  // Graphs and functions
  TF_NewGraph: [P],
  TF_DeleteGraph: ['void', P],
  TF_NewOperation: [P, P, 'str', 'str'],
  TF_AddInput: ['void', P, 'TF_Output'],
  TF_AddInputList: ['void', P, 'TF_Output *', 'int'],
  TF_AddControlInput: ['void', P, P],
  TF_FinishOperation: [P, P, P],
  TF_SetAttrString: ['void', P, 'str', 'uint8_t *', 'size_t'],
  TF_SetAttrInt: ['void', P, 'str', 'int64_t'],
  TF_SetAttrFloat: ['void', P, 'str', 'float'],
  TF_SetAttrBool: ['void', P, 'str', 'uint8_t'],
  TF_SetAttrType: ['void', P, 'str', 'int'],
  TF_SetAttrShape: ['void', P, 'str', 'int64_t *', 'int'],
  TF_SetAttrFuncName: ['void', P, 'str', 'str', 'size_t'],
  TF_SetAttrIntList: ['void', P, 'str', 'int64_t *', 'int'],
  TF_SetAttrFloatList: ['void', P, 'str', 'float *', 'int'],
  TF_SetAttrTypeList: ['void', P, 'str', 'int *', 'int'],
  TF_SetAttrTensor: ['void', P, 'str', P, P],
  TF_OperationOutputType: ['int', 'TF_Output'],
  TF_GraphGetTensorNumDims: ['int', P, 'TF_Output', P],
  TF_GraphGetTensorShape: ['void', P, 'TF_Output', 'int64_t *', 'int', P],
  TF_GraphSetTensorShape: ['void', P, 'TF_Output', 'int64_t *', 'int', P],
  // prettier-ignore
  TF_GraphToFunctionWithControlOutputs: [
    P, P, 'str', 'uint8_t', 'int', P, 'int', 'TF_Output *', 'int', 'TF_Output *', P, 'int', P, P, P, 'str', P,
  ],
  TF_DeleteFunction: ['void', P],
} satisfies Record<string, [string, ...string[]]>;

type FunctionName = keyof typeof DECLARATIONS;
type NativeArgument = Pointer | number | string | null | ArrayBufferView | Output | Output[];
type NativeFunction = (...parameters: NativeArgument[]) => unknown;

/** TensorFlow's C API, loaded into this process. The library stays loaded until the process ends. */
export class CApi {
  readonly #functions: Record<FunctionName, NativeFunction>;
  readonly #memcpy: NativeFunction;
  /** A C function that does nothing with the numbers it is given: the deallocator of memory that isn't TensorFlow's. */
  readonly doNothing: Pointer;
  readonly #status: Pointer;

  /**
   * @param directory the folder that holds libtensorflow_cc.so.2 and libtensorflow_framework.so.2 (a `tensorflow`
   *   package of pip), or libtensorflow.so.2 (a C library tarball)
   * @param fileNames the libraries to open there, in order; the C API is looked up in the last
   * @throws UserError `tensorflow-not-loadable` when the libraries can't be opened or lack a function
   */
  constructor(directory: string, fileNames: readonly string[]) {
    const library = openLibraries(directory, fileNames);
    koffi().struct('TF_Output', { oper: P, index: 'int' });
    this.#functions = declare(library);
    const standard = koffi().load(null);
    this.#memcpy = standard.func('memcpy', P, [P, P, 'size_t']) as NativeFunction;
    this.doNothing = standard.symbol('labs') as Pointer; // the absolute value of a long integer
    this.#status = this.pointer('TF_NewStatus');
  }

  /** Calls a function for its effect, or for a number. */
  call(name: FunctionName, ...parameters: NativeArgument[]): number {
    return Number(this.#functions[name](...parameters) ?? 0);
  }

  pointer(name: FunctionName, ...parameters: NativeArgument[]): Pointer {
    return (this.#functions[name](...parameters) as Pointer | null) ?? 0n;
  }

  text(name: FunctionName, ...parameters: NativeArgument[]): string {
    return this.#functions[name](...parameters) as string;
  }

  /** Calls a function whose last argument is a status, and throws what the status says. */
  checked(name: FunctionName, ...parameters: NativeArgument[]): number {
    const result = this.call(name, ...parameters, this.#status);
    this.#throwIfFailed(name);
    return result;
  }

  checkedPointer(name: FunctionName, ...parameters: NativeArgument[]): Pointer {
    const result = this.pointer(name, ...parameters, this.#status);
    this.#throwIfFailed(name);
    return result;
  }

  checkedText(name: FunctionName, ...parameters: NativeArgument[]): string {
    const result = this.text(name, ...parameters, this.#status);
    this.#throwIfFailed(name);
    return result;
  }

  /** Copies between native memory and a typed array, in the direction of the arguments: to, from, bytes. */
  copy(to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number): void {
    if (bytes > 0) this.#memcpy(to, from, bytes);
  }

  #throwIfFailed(name: FunctionName): void {
    if (this.call('TF_GetCode', this.#status) === 0) return;
    throw new NativeError(name, this.text('TF_Message', this.#status));
  }
}

/** An error that TensorFlow reported. */
export class NativeError extends Error {
  constructor(
    /** The C function that reported it. */
    readonly functionName: string,
    message: string,
  ) {
    super(message);
    this.name = 'NativeError';
  }
}

/** Shapes cross the border as 64-bit integers. */
export function int64s(values: ArrayLike<number>): BigInt64Array {
  return BigInt64Array.from({ length: values.length }, (_, index) => BigInt(values[index]));
}

function openLibraries(directory: string, fileNames: readonly string[]): LibraryHandle {
  const { load } = koffi();
  try {
    keepLoaded(fileNames.map((file) => join(directory, file)));
    return fileNames.map((file) => load(join(directory, file), { global: true, lazy: true })).at(-1) as LibraryHandle;
  } catch (error) {
    throw new UserError(`TensorFlow in ${directory} can't be loaded: ${messageOf(error)}`, {
      code: 'tensorflow-not-loadable',
      hint: `Run \`${ablate('doctor')}\` to see what was found, or \`${ablate('install', '--force')}\` to install TensorFlow anew.`,
      cause: error,
    });
  }
}

/**
 * Opens libraries so that they are never unloaded: at exit TensorFlow's threads outlive koffi's handles, and unmapped
 * code under a running thread is a segmentation fault. Functions are looked up as they are called: to look up all of
 * them at once takes 0.1 s.
 */
function keepLoaded(files: string[]): void {
  if (process.platform === 'win32') return;
  const RTLD_LAZY = 0x1;
  const [RTLD_GLOBAL, RTLD_NODELETE] = process.platform === 'darwin' ? [0x8, 0x80] : [0x100, 0x1000];
  const dlopen = koffi().load(null).func('dlopen', P, ['str', 'int']) as NativeFunction;
  const dlerror = koffi().load(null).func('dlerror', 'str', []) as () => string;
  for (const file of files) {
    if (!dlopen(file, RTLD_LAZY | RTLD_GLOBAL | RTLD_NODELETE)) throw new Error(dlerror());
  }
}

function declare(library: LibraryHandle): Record<FunctionName, NativeFunction> {
  const functions = Object.entries(DECLARATIONS).map(([name, [result, ...parameters]]) => [
    name,
    library.func(name, result, parameters),
  ]);
  return Object.fromEntries(functions) as Record<FunctionName, NativeFunction>;
}
