/** A text that configuration comes from: a YAML file or an override of the command line. */
export interface Source {
  /** As shown to the user: `experiments/baseline.yaml`, `<override 2>`. */
  name: string;
  text: string;
  /** The folder that relative paths in this text start from. */
  directory: string;
}

/** A part of a source: UTF-16 offsets, `end` is exclusive. */
export interface Span {
  source: Source;
  start: number;
  end: number;
}

/** Where a span begins, for people: lines and columns count from 1; `endColumn` is exclusive and on the same line. */
export interface Location {
  file: string;
  line: number;
  column: number;
  endColumn: number;
  sourceLine: string;
}

export function locationOf({ source, start, end }: Span): Location {
  const { text } = source;
  const at = Math.min(start, text.length);
  const lineStart = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const nextBreak = text.indexOf('\n', at);
  const lineEnd = nextBreak === -1 ? text.length : nextBreak;
  const sourceLine = text.slice(lineStart, lineEnd).replace(/\r$/, '');
  return {
    file: source.name,
    line: text.slice(0, lineStart).split('\n').length,
    column: at - lineStart + 1,
    endColumn: Math.max(at + 1, Math.min(end, lineStart + sourceLine.length)) - lineStart + 1,
    sourceLine,
  };
}
