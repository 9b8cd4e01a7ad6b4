import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files of an authority of a test's own, and of a certificate that it has signed for 127.0.0.1. */
export interface Certificates {
  authority: string;
  certificate: string;
  key: string;
}

export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const openssl = (...parameters: string[]): void => {
    execFileSync('openssl', parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = (name: string): string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(name)];
  openssl('req', '-x509', ...newKey('ca.key'), '-out', file('ca.pem'), '-days', '1', '-subj', '/CN=test authority');
  openssl('req', ...newKey('tls.key'), '-out', file('tls.csr'), '-subj', '/CN=test');
  writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1\n');
  const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'];
  const request = ['-req', '-in', file('tls.csr'), '-extfile', file('names'), '-days', '1'];
  openssl('x509', ...request, ...signer, '-out', file('tls.pem'));
  return { authority: file('ca.pem'), certificate: file('tls.pem'), key: file('tls.key') };
}
