import { type CApi, type Pointer, int64s } from './c-api.js';

/** An attribute of an op, as tfjs-node's kernels give it: a name, the kind of its value, the value. */
export interface Attribute {
  name: string;
  type: number;
  value: boolean | number | object | string | number[];
}

/** The kinds of attributes: tfjs-node's numbers (0 to 6), and those of ours that its kernels never needed. */
export const AttributeKind = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  resource: 6,
  /** The name of a function that the context knows. */
  function: 7,
  /** A serialized message, given as bytes. */
  bytes: 8,
} as const;

export const typeAttribute = (name: string, value: number | number[]): Attribute => ({
  name,
  type: AttributeKind.type,
  value,
});
export const boolAttribute = (name: string, value: boolean): Attribute => ({ name, type: AttributeKind.bool, value });
export const stringAttribute = (name: string, value: string): Attribute => ({
  name,
  type: AttributeKind.string,
  value,
});

/** Which family of setters applies: eager ops (`TFE_Op`) or graph operations (`TF_OperationDescription`). */
export type AttributeTarget = 'eager' | 'graph';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Sets an attribute of an op being built.
 * @throws RangeError for a kind that no op of ours has
 */
export function setAttribute(api: CApi, target: AttributeTarget, op: Pointer, attribute: Attribute): void {
  const { name, type } = attribute;
  const eager = target === 'eager';
  const value: unknown = attribute.value;
  switch (type) {
    case AttributeKind.string:
    case AttributeKind.bytes: {
      const bytes = typeof value === 'string' ? bytesOf(value) : (value as Uint8Array);
      api.call(eager ? 'TFE_OpSetAttrString' : 'TF_SetAttrString', op, name, bytes, bytes.byteLength);
      return;
    }
    case AttributeKind.int:
      setInts(api, eager, op, name, value as number | number[]);
      return;
    case AttributeKind.float:
      setFloats(api, eager, op, name, value as number | number[]);
      return;
    case AttributeKind.bool:
      api.call(eager ? 'TFE_OpSetAttrBool' : 'TF_SetAttrBool', op, name, value ? 1 : 0);
      return;
    case AttributeKind.type:
      setTypes(api, eager, op, name, value as number | number[]);
      return;
    case AttributeKind.shape:
      setShape(api, eager, op, name, value as number[]);
      return;
    case AttributeKind.function: {
      const length = bytesOf(value as string).byteLength;
      api.call(eager ? 'TFE_OpSetAttrFunctionName' : 'TF_SetAttrFuncName', op, name, value as string, length);
      return;
    }
    default:
      throw new RangeError(`attribute "${name}" is of kind ${type}, which no TensorFlow op here takes`);
  }
}

function setInts(api: CApi, eager: boolean, op: Pointer, name: string, value: number | number[]): void {
  if (typeof value === 'number') api.call(eager ? 'TFE_OpSetAttrInt' : 'TF_SetAttrInt', op, name, value);
  else api.call(eager ? 'TFE_OpSetAttrIntList' : 'TF_SetAttrIntList', op, name, int64s(value), value.length);
}

function setFloats(api: CApi, eager: boolean, op: Pointer, name: string, value: number | number[]): void {
  if (typeof value === 'number') api.call(eager ? 'TFE_OpSetAttrFloat' : 'TF_SetAttrFloat', op, name, value);
  else {
    const values = Float32Array.from(value);
    api.call(eager ? 'TFE_OpSetAttrFloatList' : 'TF_SetAttrFloatList', op, name, values, values.length);
  }
}

function setTypes(api: CApi, eager: boolean, op: Pointer, name: string, value: number | number[]): void {
  if (typeof value === 'number') api.call(eager ? 'TFE_OpSetAttrType' : 'TF_SetAttrType', op, name, value);
  else {
    const values = Int32Array.from(value);
    api.call(eager ? 'TFE_OpSetAttrTypeList' : 'TF_SetAttrTypeList', op, name, values, values.length);
  }
}

function setShape(api: CApi, eager: boolean, op: Pointer, name: string, value: number[]): void {
  if (eager) api.checked('TFE_OpSetAttrShape', op, name, int64s(value), value.length);
  else api.call('TF_SetAttrShape', op, name, int64s(value), value.length);
}
