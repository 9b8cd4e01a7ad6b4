import { describe, expect, it } from 'vitest';
import type { NamedVariant } from '../../src/config/sweep/names.js';
import { tellApart } from '../../src/config/sweep/told-apart.js';

describe('variants side by side', () => {
  it('are told apart by what differs alone, its names in the heading', () => {
    const variants = [3, 5].flatMap((size) =>
      ['max', 'average'].map((pooling) => ({
        values: { 'model.kernel_size': size, 'model.pooling': pooling, 'training.epochs': 3 },
      })),
    );
    expect(tellApart(variants)).toEqual({
      columns: [
        { title: 'kernel_size', cells: ['3', '3', '5', '5'] },
        { title: 'pooling', cells: ['max', 'average', 'max', 'average'] },
      ],
      heading: 'kernel_size · pooling',
      names: ['3 · max', '3 · average', '5 · max', '5 · average'],
    });
  });

  it('keep a parameter that only some have in its place', () => {
    const variants: NamedVariant[] = [
      { values: { 'training.optimizer': 'sgd', 'training.optimizer.momentum': 0.9, 'model.pooling': 'max' } },
      { values: { 'training.optimizer': 'adam', 'model.pooling': 'average' } },
      { values: {} },
    ];
    expect(tellApart(variants).names).toEqual(['sgd · 0.9 · max', 'adam · — · average', 'base']);
  });

  it('are called by the names that the file gives them', () => {
    const variants = [
      { values: { 'model.pooling': 'max' }, names: { variant: 'as published' } },
      { values: { 'model.pooling': 'none' }, names: { values: { 'model.pooling': 'strides' } } },
    ];
    expect(tellApart(variants)).toEqual({
      columns: [
        { title: 'variant', cells: ['as published', ''] },
        { title: 'pooling', cells: ['max', 'strides'] },
      ],
      heading: 'pooling',
      names: ['as published', 'strides'],
    });
  });

  it('of one parameter are called by its values; one alone by all it has', () => {
    expect(tellApart([{ values: { 'a.rate': 0.1 } }, { values: { 'a.rate': 0.2 } }]).names).toEqual(['0.1', '0.2']);
    expect(tellApart([{ values: { 'a.rate': 0.1, 'b.size': 3 } }]).names).toEqual(['0.1 · 3']);
  });
});
