/**
 * Names of which no two are the same: those that are get what tells them apart.
 * @param distinguish a longer name for what has this index; those of two indices differ
 */
export function distinctNames(
  names: readonly string[],
  distinguish: (name: string, index: number) => string,
): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, index) => (counts.get(name) === 1 ? name : distinguish(name, index)));
}
