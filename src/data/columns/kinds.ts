import type { InputKind } from './input-kind.js';
import { inputKinds, targetKinds } from './kinds.generated.js';
import type { TargetKind } from './target-kind.js';

/** @throws Error for a type that there is none of */
export function inputKind(type: string): InputKind {
  return kindOf(inputKinds, type);
}

/** @throws Error for a type that there is none of */
export function targetKind(type: string): TargetKind {
  return kindOf(targetKinds, type);
}

function kindOf<K>(kinds: Readonly<Record<string, K>>, type: string): K {
  if (!Object.hasOwn(kinds, type)) throw new Error(`internal: no column is of type ${type}`);
  return kinds[type];
}
