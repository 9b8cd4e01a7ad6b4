import { brokenLines } from '../../text/broken-lines.js';
import { type Colors, createColors, visibleLine } from '../../text/visible.js';
import type { Problem } from './problems.js';

/** Of a long source line as much is shown as fits beside the line number on a common terminal. */
const VISIBLE_COLUMNS = 100;

/** More mistakes than this are counted rather than shown. */
const VISIBLE_PROBLEMS = 30;

/** How problems are shown; unless told without colours, in lines of any width. */
export interface ProblemFormat {
  colors?: Colors;
  /** Of the terminal, in columns. */
  width?: number;
}

/**
 * Problems as a compiler shows them: place, message, source line with a caret below, what was expected and the repair.
 * Control characters of the file are made visible.
 */
export function formatProblems(
  problems: readonly Problem[],
  { colors = createColors(false), width = Infinity }: ProblemFormat = {},
): string {
  const format = { colors, width };
  const shown = problems.slice(0, VISIBLE_PROBLEMS).map((problem) => formatProblem(problem, format));
  const rest = problems.length - shown.length;
  if (rest > 0) shown.push(colors.dim(`… and ${rest} more`));
  return shown.join('\n\n');
}

function formatProblem(problem: Problem, { colors, width }: Required<ProblemFormat>): string {
  return [
    ...brokenLines(`${placeOf(problem, colors)}${colors.red('error')} ${visibleLine(problem.message)}`, width, {
      rest: '  ',
    }),
    ...excerpt(problem, { colors, width }),
    ...advice(problem).flatMap((text) =>
      brokenLines(visibleLine(text), width - 2).map((each) => `  ${colors.cyan(each)}`),
    ),
  ].join('\n');
}

/** `file:line:column `; nothing of a file that can't be read, which the message names. */
function placeOf({ code, file, line, column, sourceLine }: Problem, colors: Colors): string {
  if (code === 'unreadable-file' && sourceLine === '') return '';
  return `${colors.bold(`${visibleLine(file)}:${line}:${column}`)} `;
}

function excerpt(problem: Problem, { colors, width }: Required<ProblemFormat>): string[] {
  if (problem.sourceLine === '') return [];
  const number = String(problem.line);
  const gutter = ' '.repeat(number.length);
  const room = Math.min(VISIBLE_COLUMNS, Math.max(20, width - number.length - 5));
  const { from, text } = visiblePart(problem.sourceLine, problem.column - 1, room);
  const start = problem.column - 1 - from;
  const marked = text.slice(start, start + Math.max(1, problem.endColumn - problem.column));
  // Tabs stay tabs, so that the caret stands below its text whatever their width.
  const indent = visibleLine(text.slice(0, start)).replace(/[^\t]/g, ' ');
  return [
    `  ${colors.dim(`${number} |`)} ${visibleLine(text)}`,
    `  ${colors.dim(`${gutter} |`)} ${indent}${colors.red('^'.repeat(Math.max(1, visibleLine(marked).length)))}`,
  ];
}

function visiblePart(line: string, at: number, room: number): { from: number; text: string } {
  if (line.length <= room) return { from: 0, text: line };
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), line.length - room));
  return { from, text: line.slice(from, from + room) };
}

function advice({ expected, received, suggestion, hint }: Problem): string[] {
  const lines: string[] = [];
  if (expected !== undefined) lines.push(`expected ${expected}${received === undefined ? '' : `, got ${received}`}`);
  if (suggestion !== undefined) lines.push(`did you mean ${JSON.stringify(suggestion)}?`);
  if (hint !== undefined) lines.push(hint);
  return lines;
}
