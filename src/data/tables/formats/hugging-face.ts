/**
 * The names of classes that Hugging Face's datasets write into a Parquet file's metadata, under the key `huggingface`:
 * `{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}`.
 * @returns a column's name → its classes
 */
export function huggingFaceClasses(
  metadata: readonly { key: string; value?: string }[] | undefined,
): Map<string, readonly string[]> {
  const classes = new Map<string, readonly string[]>();
  const text = metadata?.find(({ key }) => key === 'huggingface')?.value;
  const features = valueAt(valueAt(parsed(text), 'info'), 'features');
  if (!isObject(features)) return classes;
  for (const [name, feature] of Object.entries(features)) {
    const names = valueAt(feature, 'names');
    const isLabel = valueAt(feature, '_type') === 'ClassLabel';
    if (isLabel && Array.isArray(names) && names.every((each) => typeof each === 'string')) classes.set(name, names);
  }
  return classes;
}

/** They are a convenience: without them, or damaged, labels are numbers. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}

function valueAt(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
