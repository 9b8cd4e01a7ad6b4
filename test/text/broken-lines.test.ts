import { describe, expect, it } from 'vitest';
import { brokenLines, columnsOf } from '../../src/text/broken-lines.js';
import { formatTable } from '../../src/display/tables/table.js';
import { createColors } from '../../src/text/visible.js';

describe('lines', () => {
  it('are broken at spaces, the indents within their width; a long word stays whole', () => {
    expect(brokenLines('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(brokenLines('one two three four', 9, { rest: '    ' })).toEqual(['one two', '    three', '    four']);
    expect(brokenLines('a considerable word', 5, { first: '- ' })).toEqual(['- a', '- considerable', '- word']);
  });

  it('leave a number its percent sign', () => {
    expect(brokenLines('lower (96.67 % interval)', 12)).toEqual(['lower', '(96.67 %', 'interval)']);
    expect(brokenLines('is 95.14 %: good', 9)).toEqual(['is', '95.14 %:', 'good']);
  });

  it('count two columns for a wide character (East Asian Width W, UAX #11), none for colours', () => {
    expect(columnsOf('日本')).toBe(4);
    expect(columnsOf(createColors(true).red('red'))).toBe(3);
    expect(brokenLines('日本 語 x', 6)).toEqual(['日本', '語 x']);
  });

  it('of a table stand below each other, whatever their writing', () => {
    const table = formatTable(
      [{ title: 'CLASS' }, { title: 'N', align: 'right' }],
      [
        ['日本', '10'],
        ['katze', '7'],
      ],
    );
    expect(table).toBe('CLASS   N\n日本   10\nkatze   7\n');
  });
});
