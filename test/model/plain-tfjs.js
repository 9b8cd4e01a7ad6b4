// A program that has tfjs and nothing of ours: loads saved models and predicts. One JSON document in, one out.
import { readFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/** @typedef {{ directory: string, shape: number[], dtype: 'float32' | 'int32', values: number[] }[]} Question */

tf.enableProdMode(); // or tfjs prints an advertisement
const questions = /** @type {Question} */ (await json(process.stdin));
const answers = [];
for (const { directory, shape, dtype, values } of questions) {
  const model = await tf.loadLayersModel({ load: () => Promise.resolve(readModel(directory)) });
  const output = /** @type {tf.Tensor} */ (model.predict(tf.tensor(values, shape, dtype)));
  answers.push([...output.dataSync()]);
}
process.stdout.write(JSON.stringify(answers));

/**
 * @param {string} directory
 * @returns {tf.io.ModelArtifacts}
 */
function readModel(directory) {
  const { modelTopology, weightsManifest } = /** @type {tf.io.ModelJSON} */ (
    JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8'))
  );
  const [{ paths, weights }] = weightsManifest;
  const data = Uint8Array.from(readFileSync(join(directory, paths[0])));
  return { modelTopology, weightSpecs: weights, weightData: data.buffer };
}
