/** Names in a sentence: `a, b and c`; beyond a few, how many more. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}

/** `1 run`, `1,000 runs`, `2 classes`. @param word in the singular */
export function counted(count: number, word: string): string {
  const plural = word.endsWith('s') ? `${word}es` : `${word}s`;
  return `${count.toLocaleString('en')} ${count === 1 ? word : plural}`;
}

/** `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Of a run's id its end, which tells runs of a day apart and names the run in commands: `061530-3f9a`. */
export function shortId(id: string): string {
  return /-(\d{6}-[0-9a-f]{4})$/.exec(id)?.[1] ?? id;
}
