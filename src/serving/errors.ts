import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../text/errors.js';
import { JSON_TYPE } from './schemas.js';

/** The status of each of our own errors; of any other, 500. */
const STATUS: Record<string, number> = {
  'image-undecodable': 422,
  'audio-undecodable': 422,
  'image-too-large': 413,
  'wrong-size': 400,
  'wrong-type': 400,
  'invalid-request': 400,
  'too-many-rows': 413,
  'no-image': 400,
  'host-not-allowed': 403,
  overloaded: 503,
  'worker-crashed': 503,
};

/**
 * Every error is answered as JSON: `{ "error": { "code", "message", "hint" } }`.
 * @param types of bodies that are taken, beside JSON
 */
export function answerErrors(app: FastifyInstance, types: readonly string[]): void {
  app.setErrorHandler<FastifyError | UserError>((error, _request, reply) => {
    if (error instanceof UserError) return ofOurs(error, reply);
    const status = error.statusCode ?? 500;
    // Anything else is a bug of ours, whose words are of no use to whoever asked.
    if (status >= 500) return reply.code(500).send({ error: { code: 'internal', message: 'the server has failed' } });
    return reply.code(status).send({ error: describe(error, status, types) });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: {
        code: 'not-found',
        message: `there is no ${request.method} ${request.url.split('?')[0]}`,
        hint: '/docs lists what there is',
      },
    }),
  );
}

function ofOurs({ code, message, hint }: UserError, reply: FastifyReply): FastifyReply {
  const status = STATUS[code] ?? 500;
  if (status === 503) void reply.header('retry-after', '1');
  return reply.code(status).send({ error: { code, message, hint } });
}

function describe(
  error: FastifyError,
  status: number,
  types: readonly string[],
): { code: string; message: string; hint?: string } {
  const code = codeOf(error, status);
  if (status !== 415) return { code, message: error.message };
  return { code, message: 'no such content-type is taken', hint: [JSON_TYPE, ...types].join(', ') };
}

function codeOf({ validation, code }: FastifyError, status: number): string {
  if (validation) return 'invalid-request';
  if (status === 413) return 'body-too-large';
  if (status === 415) return 'unsupported-media-type';
  return code === 'FST_ERR_CTP_INVALID_JSON_BODY' ? 'invalid-json' : 'bad-request';
}
