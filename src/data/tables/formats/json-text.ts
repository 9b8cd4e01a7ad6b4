import { messageOf } from '../../../text/errors.js';

/** Why a text is no JSON. */
export interface JsonMistake {
  /** In words. */
  problem: string;
  /** The position of the mistake, where the engine tells it. */
  at?: number;
}

/** What `JSON.parse` has thrown, without what it repeats of the text. */
export function jsonMistake(error: unknown): JsonMistake {
  const message = messageOf(error);
  const at = /at position (\d+)/.exec(message)?.[1];
  const problem = message
    .replace(/,? *(\.\.\.)?".*is not valid JSON.*$/s, '')
    .replace(/ (in JSON )?at position.*$/s, '')
    .replace(/^U/, 'u')
    .replace(/^E/, 'e');
  return at === undefined ? { problem } : { problem, at: Number(at) };
}
