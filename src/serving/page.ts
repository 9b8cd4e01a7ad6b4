import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { sendFile } from './send-file.js';

/** Where the page finds tfjs. */
const TFJS = '/assets/tf.js';

/** Adds the page on which a visitor draws, and what it loads: nothing comes from elsewhere. */
export function addPage(app: FastifyInstance): void {
  const sources = fileURLToPath(new URL('..', import.meta.url));
  const html = readFileSync(join(sources, 'page', 'index.html'), 'utf8');
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', securityPolicy(html)).send(html),
  );
  app.get('/assets/style.css', hidden, (_request, reply) =>
    sendFile(reply, join(sources, 'page', 'style.css'), 'text/css; charset=utf-8'),
  );
  app.get(TFJS, hidden, (_request, reply) => sendFile(reply, tfjsBundle(), 'text/javascript; charset=utf-8'));
  app.get('/assets/page.js', hidden, (_request, reply) =>
    sendFile(reply, join(sources, 'page', 'main.js'), 'text/javascript; charset=utf-8'),
  );
}

/** Nothing but our own files; of inline scripts only the import map, by its hash. */
function securityPolicy(html: string): string {
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  return `default-src 'self'; script-src 'self' 'sha256-${hash}'; img-src 'self' blob: data:; frame-ancestors 'none'`;
}

/** tfjs as one ES module, as its own package has it. */
function tfjsBundle(): string {
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json');
  return join(dirname(manifest), 'dist', 'tf.fesm.min.js');
}
