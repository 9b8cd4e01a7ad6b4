/** What of a configuration a user finds its runs by. */
export interface TaggedConfig {
  /** Words. */
  tags?: readonly string[];
  tracking: { tags?: Record<string, string> } | 'none';
}

/** The value of a tag that is a word: MLflow's have both. */
const WORD = 'true';

/** The tags of a file, words (`tags`) and pairs (`tracking.tags`) alike, as MLflow has them. */
export function userTags({ tags = [], tracking }: TaggedConfig): Record<string, string> {
  const pairs = tracking === 'none' ? {} : (tracking.tags ?? {});
  return Object.fromEntries([...tags.map((word) => [word, WORD] as const), ...Object.entries(pairs)]);
}

/** Tags as they are read: `baseline, team=vision`. */
export function tagsText(tags: Record<string, string> = {}): string {
  return Object.entries(tags)
    .map(([key, value]) => (value === WORD ? key : `${key}=${value}`))
    .join(', ');
}
