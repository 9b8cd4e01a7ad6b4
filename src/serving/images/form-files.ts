import { buffer } from 'node:stream/consumers';
import { Busboy } from '@fastify/busboy';
import { UserError } from '../../text/errors.js';

/** A file of a form, with the type that the form says it has. */
export interface FormFile {
  type: string;
  bytes: Buffer;
}

/** Of a form that has more parts nothing is taken: each costs time, and one file is expected. */
const LIMITS = { parts: 20, fieldSize: 1024, headerPairs: 16 };
/** What is parsed between two looks at whether that is so, in bytes. */
const PIECE = 2 ** 16;

/**
 * The files of a form that has arrived whole.
 * @param type the request's content-type, `multipart/form-data; boundary=…`
 * @throws UserError `invalid-request`
 */
export async function filesOf(form: Buffer, type: string): Promise<FormFile[]> {
  try {
    return await parse(form, type);
  } catch (error) {
    throw new UserError("the form can't be read", {
      code: 'invalid-request',
      hint: 'send it as multipart/form-data with its boundary, as curl -F file=@IMAGE does',
      cause: error,
    });
  }
}

async function parse(form: Buffer, type: string): Promise<FormFile[]> {
  const files: Promise<FormFile>[] = [];
  const parser = new Busboy({ headers: { 'content-type': type }, limits: LIMITS });
  parser.on('file', (_field, stream, _name, _encoding, type) => {
    const file = buffer(stream).then((bytes) => ({ type, bytes }));
    // A form that is cut off fails as a whole, and would again in the file that is cut off.
    file.catch(() => undefined);
    files.push(file);
  });
  await new Promise((resolve, reject) => {
    parser.once('finish', resolve).once('error', reject);
    parser.once('partsLimit', () => parser.destroy(new Error('too many parts')));
    for (let start = 0; start < form.length && !parser.destroyed; start += PIECE) {
      parser.write(form.subarray(start, start + PIECE));
    }
    parser.end();
  });
  return Promise.all(files);
}
