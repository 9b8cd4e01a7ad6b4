import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../text/errors.js';

/**
 * Answers only requests for hosts that are meant. A page of another site can let its own name lead here (DNS rebinding),
 * and then read what this server answers, as if it were that site's; but its requests still bear that name. Addresses,
 * `localhost` and this machine's name can't be such a site's.
 * @param allowed further names; `.example.com` and `*.example.com` are all below one, `*` any
 */
export function requireAllowedHost(app: FastifyInstance, allowed: readonly string[]): void {
  const names = [hostname(), 'localhost', '.localhost', ...allowed].map((name) =>
    name.toLowerCase().replace(/^\*\./, '.'),
  );
  app.addHook('onRequest', ({ headers: { host } }, _reply, done) => {
    // HTTP/1.0 needs none, and no browser speaks that.
    const isMeant = host === undefined || names.includes('*') || isAllowed(hostName(host), names);
    done(isMeant ? undefined : notAllowed(host));
  });
}

function notAllowed(host: string): UserError {
  return new UserError(`this server doesn't answer for the host ${JSON.stringify(host)}`, {
    code: 'host-not-allowed',
    hint: 'whoever runs it may allow that name: --allowed-hosts NAME',
  });
}

/** Without a port, and an address without brackets; empty if it can't be one. */
function hostName(host: string): string {
  const url = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : undefined;
  const isHostAlone = url?.pathname === '/' && url.username === '' && url.password === '' && url.search === '';
  return isHostAlone ? url.hostname.replace(/^\[|\]$|\.$/g, '') : '';
}

function isAllowed(name: string, names: readonly string[]): boolean {
  if (isIP(name) !== 0) return true;
  return names.some((allowed) => name === allowed || (allowed.startsWith('.') && name.endsWith(allowed)));
}
