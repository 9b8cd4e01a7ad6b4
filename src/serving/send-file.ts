import type { FastifyReply } from 'fastify';
import { openRegularFile } from '../system/regular-file.js';

/** Answers with a file whose path is ours, not the request's. */
export async function sendFile(reply: FastifyReply, path: string, type: string): Promise<FastifyReply> {
  const file = await openRegularFile(path);
  return reply.type(type).header('cache-control', 'no-cache').send(file.createReadStream());
}
