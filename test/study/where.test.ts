import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWhere } from '../../src/study/where.js';

const RUN: Record<string, string | number> = {
  'model.pooling': 'max',
  'model.kernel_size': '[3, 5]',
  'training.epochs': '10',
  val_accuracy: 0.96,
  diverged: NaN,
  name: 'or',
};

const holds = (text: string): boolean =>
  parseWhere(text).holds((key) => (Object.hasOwn(RUN, key) ? RUN[key] : undefined));

describe('a condition on runs', () => {
  it.each([
    ['model.pooling=max and val_accuracy>0.95', true],
    ['model.pooling = max AND val_accuracy > 0.97', false],
    ['model.pooling=average or val_accuracy>=0.96', true],
    ['model.pooling=average or model.pooling=max and val_accuracy<0.5', false],
    ['(model.pooling=max or model.pooling=average) and training.epochs!=10', false],
    ['not model.pooling=max or val_accuracy<=.96', true],
    ['not (model.pooling=max or val_accuracy<0.96)', false],
    ['training.epochs>9', true],
    ['training.epochs=1e1', true],
    ['training.epochs==10.0', true],
    ['model.pooling>average', true],
    ["model.kernel_size='[3, 5]'", true],
    ['model.kernel_size="[3, 5]" and name=\'or\'', true],
    ['absent=1', false],
    ['absent!=1', false],
    ['not absent=1', true],
    ['diverged>0 or diverged<0 or diverged=0', false],
  ])('%s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['', 'expected a key, got the end', 0],
    ['model.pooling', 'expected =, !=, <, <=, > or >= after "model.pooling", got the end', 13],
    ['a=', 'expected a value after =, got the end', 2],
    ['a= and b=1', 'expected a value after =, got "and"', 3],
    ['a=1 b=2', 'expected and, or, or the end, got "b"', 4],
    ['(a=1', 'expected ), got the end', 4],
    ['a=1)', 'expected and, or, or the end, got ")"', 3],
    ['a=1 and', 'expected a key, got the end', 7],
    ["a=1 and  b='x", 'this is no key, operator or closed quotation', 11],
    ['a=!1', 'this is no key', 2],
  ])('%j is refused with its place', (text, message, column) => {
    const expected = `--where: ${message}`;
    expect(() => parseWhere(text)).toThrow(expect.objectContaining({ code: 'bad-filter', exitCode: 2 }));
    try {
      parseWhere(text);
    } catch (error) {
      const [first, , caret] = (error as Error).message.split('\n');
      expect(first.startsWith(expected)).toBe(true);
      expect(caret).toBe(`  ${' '.repeat(column)}^`);
    }
  });

  it('is, of conditions that are combined, what JavaScript says', () => {
    const leaf = fc.constantFrom(['a=1', true], ['a=2', false], ['b>1', true], ['b<1', false]);
    const { expression } = fc.letrec<{ expression: [string, boolean] }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5 },
        leaf as fc.Arbitrary<[string, boolean]>,
        tie('expression').map(([text, value]): [string, boolean] => [`not (${text})`, !value]),
        fc
          .tuple(tie('expression'), tie('expression'))
          .map(([[x, p], [y, q]]): [string, boolean] => [`(${x}) and (${y})`, p && q]),
        fc
          .tuple(tie('expression'), tie('expression'))
          .map(([[x, p], [y, q]]): [string, boolean] => [`(${x}) or (${y})`, p || q]),
      ),
    }));
    fc.assert(
      fc.property(expression, ([text, value]) => parseWhere(text).holds((key) => ({ a: '1', b: 2 })[key]) === value),
    );
  });

  it('whatever the text, is read or refused as an error for the user', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          return parseWhere(text).keys.length > 0;
        } catch (error) {
          return (error as Error).name === 'UserError';
        }
      }),
    );
  });
});
