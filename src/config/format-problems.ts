import pc from 'picocolors';
import type { Problem } from './problems.js';

/** Of a long source line as much is shown as fits beside the line number on a common terminal. */
const visibleColumns = 100;

/** More mistakes than this are counted rather than shown. */
const visibleProblems = 30;

/**
 * Problems as a compiler shows them: place, message, source line with a caret below, what was expected and the repair.
 * Control characters of the file never reach the terminal.
 */
export function formatProblems(problems: readonly Problem[], { color }: { color: boolean }): string {
  const colors = pc.createColors(color);
  const shown = problems.slice(0, visibleProblems).map((problem) => formatProblem(problem, colors));
  const rest = problems.length - shown.length;
  if (rest > 0) shown.push(colors.dim(`… and ${rest} more`));
  return shown.join('\n\n');
}

function formatProblem(problem: Problem, colors: ReturnType<typeof pc.createColors>): string {
  const { file, line, column } = problem;
  const place = colors.bold(`${printable(file)}:${line}:${column}`);
  return [
    `${place} ${colors.red('error')} ${printable(problem.message)}`,
    ...excerpt(problem, colors),
    ...advice(problem).map((text) => `  ${colors.cyan(printable(text))}`),
  ].join('\n');
}

function excerpt(problem: Problem, colors: ReturnType<typeof pc.createColors>): string[] {
  if (problem.sourceLine === '') return [];
  const { from, text } = visiblePart(problem.sourceLine, problem.column - 1);
  const start = problem.column - 1 - from;
  const length = Math.max(1, Math.min(problem.endColumn - problem.column, text.length - start));
  const number = String(problem.line);
  const gutter = ' '.repeat(number.length);
  // Tabs stay tabs, so that the caret stands below its text whatever their width.
  const indent = text.slice(0, start).replace(/[^\t]/g, ' ');
  return [
    `  ${colors.dim(`${number} |`)} ${printable(text)}`,
    `  ${colors.dim(`${gutter} |`)} ${indent}${colors.red('^'.repeat(length))}`,
  ];
}

function visiblePart(line: string, at: number): { from: number; text: string } {
  if (line.length <= visibleColumns) return { from: 0, text: line };
  const from = Math.max(0, Math.min(at - visibleColumns / 2, line.length - visibleColumns));
  return { from, text: line.slice(from, from + visibleColumns) };
}

function advice({ expected, received, suggestion, hint }: Problem): string[] {
  const lines: string[] = [];
  if (expected !== undefined) lines.push(`expected ${expected}${received === undefined ? '' : `, got ${received}`}`);
  if (suggestion !== undefined) lines.push(`did you mean ${JSON.stringify(suggestion)}?`);
  if (hint !== undefined) lines.push(hint);
  return lines;
}

/** Replaces what a terminal would obey (escape sequences, bidirectional overrides) by a visible character. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
