import { createReadStream } from 'node:fs';
import type { FastifyReply } from 'fastify';

/** Answers with a file whose path is ours, not the request's. */
export function sendFile(reply: FastifyReply, path: string, type: string): FastifyReply {
  return reply.type(type).header('cache-control', 'no-cache').send(createReadStream(path));
}
