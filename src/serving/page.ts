import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { sendFile } from './send-file.js';
import { readTextSync } from '../system/regular-file.js';

/** Where the page finds tfjs. */
const TFJS = '/assets/tf.js';

/** What a page begins with, in `browser/`. */
interface PageFiles {
  html: string;
  script: string;
}

/** A visitor draws, and the model runs in the browser. */
export const DRAWING_PAGE: PageFiles = { html: 'index.html', script: 'main.js' };

/** A visitor fills in a row, which the server answers. */
export const FORM_PAGE: PageFiles = { html: 'rows.html', script: 'rows.js' };

/** Adds the page for visitors, and what it loads: nothing comes from elsewhere. @param samples what it offers to try */
export function addPage(app: FastifyInstance, files: PageFiles, samples: readonly object[]): void {
  const sources = fileURLToPath(new URL('browser/', import.meta.url));
  const requests = readTextSync(join(sources, 'requests.html'));
  const html = readTextSync(join(sources, files.html)).replace('<!-- requests.html -->', () => requests);
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', securityPolicy(html)).send(html),
  );
  app.get('/assets/style.css', hidden, (_request, reply) =>
    sendFile(reply, join(sources, 'style.css'), 'text/css; charset=utf-8'),
  );
  app.get('/assets/samples.json', hidden, () => samples);
  app.get(TFJS, hidden, (_request, reply) => sendFile(reply, TFJS_BUNDLE, 'text/javascript; charset=utf-8'));
  app.get('/assets/page.js', hidden, (_request, reply) =>
    sendFile(reply, join(sources, files.script), 'text/javascript; charset=utf-8'),
  );
}

/** Nothing but our own files; of inline scripts only the import map, by its hash. */
function securityPolicy(html: string): string {
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1];
  const hash = importMap === undefined ? '' : ` 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`;
  return `default-src 'self'; script-src 'self'${hash}; img-src 'self' blob: data:; media-src 'self' blob: data:; frame-ancestors 'none'`;
}

/** tfjs as one ES module; it is a part of the built program. */
const TFJS_BUNDLE = fileURLToPath(new URL('../../dist/vendor/tfjs-browser.js', import.meta.url));
