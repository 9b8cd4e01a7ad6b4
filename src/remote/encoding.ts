/** JSON has no NaN and no infinities, which losses can be: they become `{ "$number": "NaN" }`. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? { $number: String(part) } : part,
  );
}

/** The inverse of `encode`. @throws SyntaxError */
export function decode(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || !('$number' in part)) return part;
    return Number(part.$number);
  }) as unknown;
}
