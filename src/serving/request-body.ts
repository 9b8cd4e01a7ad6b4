import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, type FastifyRequest, errorCodes } from 'fastify';
import type { BytesInFlight } from './bytes-in-flight.js';
import { JSON_TYPE } from './schemas.js';

/** What is reserved before a body begins: what it says of its length it needn't keep. */
const FIRST_BYTES = 2 ** 16;

/** Reads the bodies of requests, JSON and those types as bytes, each of at most `limit` bytes and all within `bytes`. */
export function parseBodies(app: FastifyInstance, types: readonly string[], limit: number, bytes: BytesInFlight): void {
  const read = (request: FastifyRequest, payload: IncomingMessage): Promise<Buffer> =>
    Number(request.headers['content-length'] ?? 0) > limit
      ? Promise.reject(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
      : readBody(payload, limit, bytes);
  app.addHook('onRequest', ({ raw }, reply, done) => {
    bytes.releaseAfter(raw, reply.raw);
    done();
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...types], read);
  app.addContentTypeParser(JSON_TYPE, (request, payload, done) => {
    read(request, payload).then((body) => {
      void parseJson(request, body.toString(), done);
    }, done);
  });
}

/**
 * Copies each piece into one buffer as it comes: pieces that are kept keep what they were read into, very much more if
 * they are small, and memory that was taken in small parts isn't given back.
 */
async function readBody(payload: IncomingMessage, limit: number, bytes: BytesInFlight): Promise<Buffer> {
  let body: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;
  // Its connection has to last: the answer, what is wrong included, goes back through it.
  for await (const piece of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (length + piece.length > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    bytes.hold(payload, piece.length);
    if (length + piece.length > body.length) body = grown(body, Math.min(limit, 2 * (length + piece.length)));
    piece.copy(body, length);
    length += piece.length;
  }
  return body.subarray(0, length);
}

function grown(body: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  body.copy(larger);
  return larger;
}
