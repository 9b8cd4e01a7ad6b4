import { X509Certificate } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { codeOf, messageOf, UserError } from '../../text/errors.js';
import { readRegularFileSync } from '../../system/regular-file.js';

/** Certificates are some kilobytes; what is larger is no PEM file. */
const LARGEST_BYTES = 10 * 2 ** 20;

/**
 * The certificates that a connection trusts and shows.
 * @param certificateAuthority a PEM file, or a folder of some
 * @param clientCertificate a PEM file with a certificate and its key
 * @throws UserError `mlflow-setting` that names the variable of a file that can't be read, or is none
 */
export function readCertificates(
  certificateAuthority: string | undefined,
  clientCertificate: string | undefined,
): SecureContextOptions {
  const ca = certificateAuthority
    ? reading('MLFLOW_TRACKING_SERVER_CERT_PATH', certificateAuthority, readAuthorities)
    : undefined;
  const identity = clientCertificate
    ? reading('MLFLOW_TRACKING_CLIENT_CERT_PATH', clientCertificate, readIdentity)
    : undefined;
  return { ca, cert: identity, key: identity };
}

function reading<T>(variable: string, path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw new UserError(`${variable} is ${path}, which can't be used: ${messageOf(error)}`, {
      code: 'mlflow-setting',
      hint: `set ${variable} to a PEM file (-----BEGIN CERTIFICATE-----), or unset it`,
      exitCode: 2,
      cause: error,
    });
  }
}

function readAuthorities(path: string): Buffer[] {
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? readdirSync(path).map((name) => join(path, name)) : [path];
  const certificates = files.filter((file) => !isFolder || statSync(file).isFile()).map(readPem);
  const sound = isFolder ? certificates.filter((pem) => pem.includes('BEGIN CERTIFICATE')) : certificates;
  if (sound.length === 0) throw new Error('no certificate is in it');
  for (const pem of sound) new X509Certificate(pem);
  return sound;
}

function readIdentity(path: string): Buffer {
  const pem = readPem(path);
  createSecureContext({ cert: pem, key: pem });
  return pem;
}

function readPem(path: string): Buffer {
  try {
    return readRegularFileSync(path, LARGEST_BYTES);
  } catch (error) {
    if (!['NOT_A_FILE', 'TOO_LARGE'].includes(codeOf(error) ?? '')) throw error;
    throw new Error('it is no PEM file', { cause: error });
  }
}
