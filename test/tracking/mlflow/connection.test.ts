import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectionFromEnvironment, MlflowConnection } from '../../../src/tracking/mlflow/connection.js';
import type { MlflowError } from '../../../src/tracking/mlflow/errors.js';
import { freePort } from '../../../src/tracking/local-server.js';
import { temporaryFolder } from '../../support/runs.js';

/** Answers of servers and proxies that a real MLflow does not give at will. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The path and headers of the one request that a connection from an environment makes. */
async function requestOf(
  environment: (uri: string) => NodeJS.ProcessEnv,
): Promise<{ path?: string; headers: IncomingHttpHeaders }> {
  let seen: { path?: string; headers: IncomingHttpHeaders } | undefined;
  const uri = await serve((request, response) => {
    seen = { path: request.url, headers: request.headers };
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await connectionFromEnvironment(environment(uri))?.request('GET', 'mlflow/runs/get', { query: { run_id: 'a b' } });
  if (!seen) throw new Error('no request came');
  return seen;
}

async function failureOf(uri: string): Promise<MlflowError> {
  const connection = new MlflowConnection({ uri, timeout: 500 });
  return connection.request('GET', 'mlflow/runs/get').then(
    () => expect.fail('expected a failure'),
    (error: unknown) => error as MlflowError,
  );
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

describe("a connection from MLflow's environment variables", () => {
  it('is none without an address', () => {
    expect(connectionFromEnvironment({})).toBeUndefined();
    expect(connectionFromEnvironment({ MLFLOW_TRACKING_URI: ' ' })).toBeUndefined();
  });

  it('keeps the path prefix of the address', async () => {
    const { path, headers } = await requestOf((uri) => ({ MLFLOW_TRACKING_URI: `${uri}/team/mlflow/` }));
    expect(path).toBe('/team/mlflow/api/2.0/mlflow/runs/get?run_id=a+b');
    expect(headers.authorization).toBeUndefined();
  });

  it('sends a name and password, and a token only without them', async () => {
    const token = { MLFLOW_TRACKING_TOKEN: 'secret' };
    const basicAuth = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'pässword' };
    const bearer = await requestOf((uri) => ({ MLFLOW_TRACKING_URI: uri, ...token }));
    expect(bearer.headers.authorization).toBe('Bearer secret');
    const both = await requestOf((uri) => ({ MLFLOW_TRACKING_URI: uri, ...token, ...basicAuth }));
    expect(both.headers.authorization).toBe(basic('ada:pässword'));
  });

  it('sends the credentials in the address, and shows them nowhere', async () => {
    const withCredentials = (uri: string): string => uri.replace('http://', 'http://ada:p%40ss@');
    const { headers } = await requestOf((uri) => ({ MLFLOW_TRACKING_URI: withCredentials(uri) }));
    expect(headers.authorization).toBe(basic('ada:p@ss'));
    const uri = withCredentials(`http://127.0.0.1:${await freePort()}/a`);
    expect(new MlflowConnection({ uri }).uri).toBe(uri.replace('ada:p%40ss@', ''));
    const error = await failureOf(uri);
    expect(`${error.message} ${error.hint}`).not.toMatch(/p@ss|p%40ss|ada/);
  });

  it.each(['databricks', 'file:///tmp/mlruns', './mlruns', 'sqlite:///mlflow.db', 'http//ada:secret@host'])(
    'refuses %s with the way out, and without repeating it',
    (uri) => {
      const failure = expect.objectContaining({ code: 'mlflow-uri', exitCode: 2 }) as Error;
      expect(() => connectionFromEnvironment({ MLFLOW_TRACKING_URI: uri })).toThrow(failure);
      expect(() => connectionFromEnvironment({ MLFLOW_TRACKING_URI: uri })).not.toThrow(/secret/);
    },
  );
});

describe("MLflow's other variables are read as its client reads them", () => {
  const uri = { MLFLOW_TRACKING_URI: 'https://127.0.0.1:1' };

  it.each(['1', 'true', 'TRUE', '0', 'false'])('MLFLOW_TRACKING_INSECURE_TLS=%s', (text) => {
    expect(connectionFromEnvironment({ ...uri, MLFLOW_TRACKING_INSECURE_TLS: text })).toBeDefined();
  });

  it.each<[NodeJS.ProcessEnv, string]>([
    [{ MLFLOW_TRACKING_INSECURE_TLS: 'yes' }, 'MLFLOW_TRACKING_INSECURE_TLS'],
    [{ MLFLOW_TRACKING_INSECURE_TLS: '' }, 'MLFLOW_TRACKING_INSECURE_TLS'],
    [{ MLFLOW_TRACKING_INSECURE_TLS: '1', MLFLOW_TRACKING_SERVER_CERT_PATH: 'ca.pem' }, 'MLFLOW_TRACKING_INSECURE_TLS'],
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: '/nowhere/ca.pem' }, 'MLFLOW_TRACKING_SERVER_CERT_PATH'],
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: import.meta.filename }, 'MLFLOW_TRACKING_SERVER_CERT_PATH'],
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: import.meta.dirname }, 'MLFLOW_TRACKING_SERVER_CERT_PATH'],
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: '/dev/zero' }, 'MLFLOW_TRACKING_SERVER_CERT_PATH'],
    [{ MLFLOW_TRACKING_CLIENT_CERT_PATH: '/nowhere/me.pem' }, 'MLFLOW_TRACKING_CLIENT_CERT_PATH'],
    [{ MLFLOW_TRACKING_CLIENT_CERT_PATH: import.meta.filename }, 'MLFLOW_TRACKING_CLIENT_CERT_PATH'],
  ])('%o is refused by name', (environment, variable) => {
    const failure = expect.objectContaining({
      code: 'mlflow-setting',
      exitCode: 2,
      message: expect.stringContaining(variable) as string,
    }) as Error;
    expect(() => connectionFromEnvironment({ ...uri, ...environment })).toThrow(failure);
  });

  it.each([
    ['sqlite:///my runs.db', "mlflow server --backend-store-uri 'sqlite:///my runs.db'"],
    ['postgresql+psycopg2://ada:secret@db/x', 'mlflow server --backend-store-uri'],
    ['file:///tmp/mlruns', 'migrate-filestore'],
    ['mlruns', 'migrate-filestore'],
    ['databricks', 'MLFLOW_TRACKING_TOKEN'],
    ['localhost:5000', 'perhaps MLFLOW_TRACKING_URI=http://localhost:5000'],
  ])('MLFLOW_TRACKING_URI=%s gets its next step', (address, step) => {
    const hint = expect.stringContaining(step) as string;
    const failure = expect.objectContaining({ code: 'mlflow-uri', hint }) as Error;
    expect(() => connectionFromEnvironment({ MLFLOW_TRACKING_URI: address })).toThrow(failure);
  });
});

describe('a request that fails', () => {
  const answers: [string, RequestListener, string, boolean][] = [
    ['is reset', (request) => request.destroy(), 'unreachable', true],
    ['gets no answer', () => undefined, 'unreachable', true],
    [
      'gets half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"run', () => response.destroy());
      },
      'unreachable',
      true,
    ],
    [
      'meets an overload',
      (_, response) => response.writeHead(429, { 'retry-after': '7' }).end('{}'),
      'unavailable',
      true,
    ],
    ['meets a gateway without a server', (_, response) => response.writeHead(502).end('<html>'), 'unavailable', true],
    [
      'has no credentials',
      (_, response) => response.writeHead(401).end('You are not authenticated'),
      'unauthorized',
      false,
    ],
    ['meets another server', (_, response) => response.writeHead(404).end('<html>'), 'no-endpoint', false],
    [
      'meets a login page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'no-endpoint',
      false,
    ],
    ['is led elsewhere', (_, response) => response.writeHead(302, { location: '/login' }).end(), 'no-endpoint', false],
    ['is too large for a proxy', (_, response) => response.writeHead(413).end('<html>'), 'rejected', false],
    [
      'is refused by MLflow',
      (_, response) => response.writeHead(400).end('{"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}'),
      'rejected',
      false,
    ],
  ];

  it.each(answers)('because it %s says so, and whether to try again', async (_, listener, failure, retryable) => {
    const error = await failureOf(await serve(listener));
    expect(error).toMatchObject({ name: 'MlflowError', failure, retryable, code: `mlflow-${failure}` });
  });

  it('because nobody listens says where', async () => {
    const uri = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(uri);
    expect(error).toMatchObject({ failure: 'unreachable', retryable: true });
    expect(error.message).toContain(uri);
  });

  it('says how long the server asks to wait', async () => {
    const uri = await serve((_, response) => response.writeHead(503, { 'retry-after': '7' }).end());
    expect((await failureOf(uri)).retryAfterMilliseconds).toBe(7000);
  });
});

describe('an upload', () => {
  it('streams the file, with its length', async () => {
    const file = join(temporaryFolder(), 'weights.bin');
    execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1M', 'count=8'], { stdio: 'ignore' });
    const chunks: Buffer[] = [];
    const uri = await serve((request, response) => {
      expect(request.headers['content-length']).toBe(String(8 * 2 ** 20));
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => response.end('{}'));
    });
    await new MlflowConnection({ uri }).upload('mlflow-artifacts/artifacts/a', file);
    expect(Buffer.concat(chunks).equals(readFileSync(file))).toBe(true);
  });

  it('that is refused before its end is a refusal, not a broken pipe', async () => {
    const file = join(temporaryFolder(), 'weights.bin');
    execFileSync('truncate', ['--size=64M', file]);
    const uri = await serve((_, response) => response.writeHead(403, { connection: 'close' }).end('no'));
    const upload = new MlflowConnection({ uri }).upload('mlflow-artifacts/artifacts/a', file);
    await expect(upload).rejects.toMatchObject({ failure: 'unauthorized' });
  });

  it('of a file that is not there is an error for the user', async () => {
    const upload = new MlflowConnection({ uri: 'http://127.0.0.1:1' }).upload('a', join(temporaryFolder(), 'nothing'));
    await expect(upload).rejects.toMatchObject({ name: 'UserError', code: 'mlflow-invalid' });
  });
});

describe('TLS', () => {
  it('takes the certificate authority that it is told of, and says which variable is missing otherwise', async () => {
    const folder = temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const options = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    execFileSync('openssl', [...options, ...subject], { stdio: 'ignore' });
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => {
      response.setHeader('content-type', 'application/json').end('{"secure": true}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const environment = { MLFLOW_TRACKING_URI: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const ask = (changes: NodeJS.ProcessEnv): Promise<unknown> | undefined =>
      connectionFromEnvironment({ ...environment, ...changes })?.request('GET', 'mlflow/runs/get');
    await expect(ask({})).rejects.toMatchObject({
      failure: 'unreachable',
      hint: expect.stringContaining('MLFLOW_TRACKING_SERVER_CERT_PATH') as string,
    });
    expect(await ask({ MLFLOW_TRACKING_SERVER_CERT_PATH: certificate })).toEqual({ secure: true });
    expect(await ask({ MLFLOW_TRACKING_SERVER_CERT_PATH: folder })).toEqual({ secure: true });
    expect(await ask({ MLFLOW_TRACKING_INSECURE_TLS: '1' })).toEqual({ secure: true });
  });
});
