import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Sample } from '../inference/tasks.js';
import { sendFile } from './send-file.js';
import { readTextSync } from '../system/regular-file.js';

/** Where the page finds tfjs. */
const TFJS = '/assets/tf.js';

/** Adds the page on which a visitor draws, and what it loads: nothing comes from elsewhere. */
export function addPage(app: FastifyInstance, samples: readonly Sample[]): void {
  const sources = fileURLToPath(new URL('browser/', import.meta.url));
  const html = readTextSync(join(sources, 'index.html'));
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', securityPolicy(html)).send(html),
  );
  app.get('/assets/style.css', hidden, (_request, reply) =>
    sendFile(reply, join(sources, 'style.css'), 'text/css; charset=utf-8'),
  );
  const shown = samples.map(({ class: name, png }) => ({ class: name, png: Buffer.from(png).toString('base64') }));
  app.get('/assets/samples.json', hidden, () => shown);
  app.get(TFJS, hidden, (_request, reply) => sendFile(reply, TFJS_BUNDLE, 'text/javascript; charset=utf-8'));
  app.get('/assets/page.js', hidden, (_request, reply) =>
    sendFile(reply, join(sources, 'main.js'), 'text/javascript; charset=utf-8'),
  );
}

/** Nothing but our own files; of inline scripts only the import map, by its hash. */
function securityPolicy(html: string): string {
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  return `default-src 'self'; script-src 'self' 'sha256-${hash}'; img-src 'self' blob: data:; frame-ancestors 'none'`;
}

/** tfjs as one ES module; it is a part of the built program. */
const TFJS_BUNDLE = fileURLToPath(new URL('../../dist/vendor/tfjs-browser.js', import.meta.url));
