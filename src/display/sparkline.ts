const BARS = '▁▂▃▄▅▆▇█';

/** Points that a line of text has room for. */
const MOST_POINTS = 24;

/** How a series went, in a letter a point: `▁▄▆▇█`. Of many points, every n-th and the last; what is no number is a gap. */
export function sparkline(values: readonly number[]): string {
  const shown = values.length <= MOST_POINTS ? values : sampled(values);
  const numbers = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const level = (value: number): string => {
    if (!Number.isFinite(value)) return ' ';
    const share = high === low ? 0.5 : (value - low) / (high - low);
    return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))];
  };
  return shown.map(level).join('');
}

function sampled(values: readonly number[]): number[] {
  const at = (point: number): number => Math.round((point * (values.length - 1)) / (MOST_POINTS - 1));
  return Array.from({ length: MOST_POINTS }, (_, point) => values[at(point)]);
}
