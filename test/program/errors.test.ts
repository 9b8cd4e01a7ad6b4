import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';

const workspace = new Workspace(afterAll);

describe('mistakes', () => {
  it('are shown at their place, and nothing is run', async () => {
    workspace.write(
      'wrong.yaml',
      'dataset: { name: mnist }\nmodel:\n  kernal_size: 5\n  layers: [{ type: flatten }]\n',
    );
    const result = await workspace.ablate(['run', 'wrong.yaml']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/wrong\.yaml:3:3/);
    expect(result.stderr).toMatch(/\^{11}/);
    expect(result.stderr).toMatch(/kernel_size/);
    expect(result.stderr).not.toMatch(/ at .*\.js:/);
  });

  it('of layers that cannot follow each other are found by check', async () => {
    const layers =
      '[{ type: conv2d, filters: 4, kernel_size: 30 }, { type: flatten }, { type: dense, activation: softmax }]';
    workspace.write('shape.yaml', `dataset: { name: mnist }\nmodel:\n  layers: ${layers}\n`);
    const result = await workspace.ablate(['check', 'shape.yaml']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/shape\.yaml:3:/);
    expect(result.stderr).toMatch(/30/);
  });

  it('of an engine that lacks a precision are refused before anything is trained in another', async () => {
    const layers = '[{ type: flatten }, { type: dense, activation: softmax }]';
    workspace.write('half.yaml', `dataset: { name: mnist }\nmodel: { layers: ${layers} }\n`);
    const words = ['run', 'half.yaml', 'training.precision=bfloat16', '--backend', 'cpu', '--json'];
    const result = await workspace.ablate(words);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/float32 only/);
  });

  it('on the command line end with code 2 and the nearest command', async () => {
    const result = await workspace.ablate(['rum', 'x.yaml']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/did you mean (one of )?(rm, )?run/i);
    const dashed = await workspace.ablate(['run', 'x.yaml', '--training.epochs=3']);
    expect(dashed.stderr).toMatch(/unknown option[^]*\nan override is written without dashes: training\.epochs=3\n/);
    const nothing = await workspace.ablate(['resume', '--epochs', '3']);
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringMatching(/needs the id of one\n/) as string });
    expect((await workspace.ablate(['run'])).code).toBe(2);
  });

  it('of a missing file name it once, and the nearest, or what would make a first one', async () => {
    const { code, stderr } = await workspace.ablate(['run', 'absent.yaml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error absent\.yaml isn't there\n {2}(an experiment lies in|`ablate init` writes) /);
    workspace.write('present.yaml', 'model: { layers: [{ type: dense }] }\n');
    const near = await workspace.ablate(['check', 'presnt.yaml']);
    expect(near.stderr).toBe('error presnt.yaml isn\'t there\n  did you mean "present.yaml"?\n');
  });

  it('without any TensorFlow, nor a way to install it, say what was tried and the repair', async () => {
    workspace.write(
      'fine.yaml',
      'dataset: { name: mnist }\nmodel: { layers: [{ type: flatten }, { type: dense, activation: softmax }] }\n',
    );
    const empty = join(workspace.folder, 'empty');
    mkdirSync(empty);
    const environment = { ABLATE_TENSORFLOW: '', ABLATE_CACHE: empty, PATH: empty, VIRTUAL_ENV: '', CONDA_PREFIX: '' };
    const result = await workspace.ablate(['run', 'fine.yaml'], environment);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/ABLATE_TENSORFLOW/);
    expect(result.stderr).toMatch(/--backend cpu/);
    expect(result.stderr).not.toMatch(/ at .*\.js:/);
  });
});
