import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  CheckpointProblem,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../src/training/checkpoint.js';
import { CheckpointWriter, newestCheckpoint } from '../../src/training/checkpoint-files.js';
import { initialState } from '../../src/training/state.js';
import { temporaryFolder } from '../support/runs.js';

/** Any bits, NaN with a payload and −0 among them. */
const values = fc
  .array(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 20 }), { maxLength: 5 })
  .map((arrays) => arrays.map((bits) => new Float32Array(Uint32Array.from(bits).buffer)));
const metrics = fc.dictionary(
  fc.string(),
  fc.double({ noDefaultInfinity: false }).map((value) => value + 0),
);

const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  state: fc
    .record({ metrics, epochs: fc.nat(), step: fc.nat(), lossSum: fc.float({ noNaN: true }).map((x) => x + 0) })
    .map((state) => ({
      ...initialState(),
      ...state,
      best: { epoch: 1, metrics: state.metrics },
    })),
  values: fc.record({ weights: values, slots: values, bestWeights: values }),
  origin: fc.record({ engine: fc.string(), device: fc.string(), threads: fc.nat() }),
});

const floatBits = (arrays: Float32Array[]): number[][] =>
  arrays.map((array) => [...new Uint32Array(array.buffer, array.byteOffset, array.length)]);

function checkpointOf(epochs: number): Checkpoint {
  const weights = [Float32Array.of(epochs, 0.5), Float32Array.of(-1)];
  return {
    state: { ...initialState(), epochs },
    values: { weights, slots: [], bestWeights: [] },
    origin: { engine: '2.21.0', device: 'CPU', threads: 2 },
  };
}

/** A writer, and what it said. */
function writerIn(directory: string): { writer: CheckpointWriter; problems: string[] } {
  const problems: string[] = [];
  const onProblem = (message: string): void => void problems.push(message);
  const beforehand = (): Promise<void> => Promise.resolve();
  return { writer: new CheckpointWriter(directory, { everySeconds: 0, beforehand, onProblem }), problems };
}

async function write(directory: string, epochs: number[]): Promise<string[]> {
  const { writer, problems } = writerIn(directory);
  for (const epoch of epochs) {
    writer.save(10 * epoch, checkpointOf(epoch));
    await writer.finish();
  }
  return problems;
}

const accept = (): void => undefined;

describe('a checkpoint as a file', () => {
  it('gives back every bit', async () => {
    await fc.assert(
      fc.asyncProperty(checkpoints, async (checkpoint) => {
        const { state, values: read, origin } = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
        expect({ state, origin }).toEqual({ state: checkpoint.state, origin: checkpoint.origin });
        for (const group of ['weights', 'slots', 'bestWeights'] as const) {
          expect(floatBits(read[group])).toEqual(floatBits(checkpoint.values[group]));
        }
      }),
    );
  });

  it('is found out when it was cut off or changed anywhere', async () => {
    const file = await encodeCheckpoint(checkpointOf(3));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, change, cut) => {
          const damaged = cut ? file.slice(0, at) : Uint8Array.from(file);
          if (!cut) damaged[at] ^= change;
          await expect(decodeCheckpoint(damaged)).rejects.toThrow(CheckpointProblem);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a directory of checkpoints', () => {
  it('keeps the newest two', async () => {
    const directory = join(temporaryFolder(), 'checkpoints');
    expect(await write(directory, [1, 2, 3, 4])).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual(['step-0000000030.checkpoint', 'step-0000000040.checkpoint']);
    expect((await newestCheckpoint(directory, accept, accept))?.state.epochs).toBe(4);
  });

  it('gives the one before when the newest is damaged or unusable, and says so', async () => {
    const directory = join(temporaryFolder(), 'checkpoints');
    await write(directory, [1, 2]);
    const file = join(directory, 'step-0000000020.checkpoint');
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    const problems: string[] = [];
    const newest = await newestCheckpoint(directory, accept, (message) => problems.push(message));
    expect(newest?.state.epochs).toBe(1);
    expect(problems).toEqual([`the checkpoint ${file} is damaged`]);
    const refuse = (): never => {
      throw new CheckpointProblem('is of no use');
    };
    expect(await newestCheckpoint(directory, refuse, accept)).toBeUndefined();
  });

  it('has none where none was written', async () => {
    expect(await newestCheckpoint(join(temporaryFolder(), 'none'), accept, accept)).toBeUndefined();
  });

  it('that can not be written is told of once', async () => {
    const directory = join(temporaryFolder(), 'file');
    writeFileSync(directory, '');
    const problems = await write(join(directory, 'below'), [1, 2, 3]);
    expect(problems).toEqual([expect.stringMatching(/^no checkpoint can be written: ENOTDIR/)]);
  });

  it('has what was reported on the disk before a checkpoint of it', async () => {
    const directory = join(temporaryFolder(), 'checkpoints');
    mkdirSync(directory);
    const seen: string[][] = [];
    const beforehand = (): Promise<void> => Promise.resolve(void seen.push(readdirSync(directory)));
    const writer = new CheckpointWriter(directory, { everySeconds: 0, beforehand, onProblem: accept });
    writer.save(10, checkpointOf(1));
    await writer.finish();
    expect(seen).toEqual([['.next']]);
  });

  it('is written in the background, one at a time', async () => {
    const { writer } = writerIn(join(temporaryFolder(), 'checkpoints'));
    expect(writer.isDue('step')).toBe(true);
    writer.save(10, checkpointOf(1));
    expect([writer.isDue('step'), writer.isDue('epoch-end')]).toEqual([false, false]);
    await writer.finish();
    expect([writer.isDue('step'), writer.isDue('epoch-end')]).toEqual([true, true]);
  });
});
