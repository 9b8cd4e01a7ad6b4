import { messageOf } from '../../text/errors.js';
import { CApi } from '../c-api.js';

/** A program of its own, started by load-check.ts: folder and file names in, TensorFlow's version out. */
function main([directory, ...fileNames]: string[]): void {
  try {
    process.stdout.write(new CApi(directory, fileNames).text('TF_Version'));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
