import type { FileProblem } from '../../text/errors.js';

/**
 * Files and what is the matter with them, for a message.
 * @param most of more files only the first are named, and how many more there are
 */
export function fileList(files: readonly FileProblem[], most: number): string[] {
  const named = files.slice(0, most).map(({ path, reason }) => `${path}: ${reason}`);
  return files.length > most ? [...named, `and ${files.length - most} more (\`--json\` names all)`] : named;
}
