import { createWriteStream } from 'node:fs';
import { type FileHandle } from 'node:fs/promises';
import http, {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { codeOf, messageOf, UserError } from '../../text/errors.js';
import { openRegularFile } from '../../system/regular-file.js';
import { parseServerUri } from './address.js';
import { MlflowError, type MlflowFailure } from './errors.js';
import { readCertificates } from './tls.js';

/** How to reach an MLflow server. */
export interface ConnectionSettings {
  /** With its path prefix, if it has one, and perhaps with credentials. */
  uri: string;
  username?: string;
  password?: string;
  token?: string;
  /** PEM file, or folder of some, of the certificate authority that signed the server's certificate. */
  certificateAuthority?: string;
  /** PEM file of our own certificate and key. */
  clientCertificate?: string;
  /** Take any server certificate; not beside `certificateAuthority`. */
  insecure?: boolean;
  /** Milliseconds without a byte from the server after which a request has failed. */
  timeout?: number;
}

const DEFAULT_TIMEOUT = 30_000;
/** Below the 5 s after which uvicorn, MLflow's server, closes a connection that is idle. */
const IDLE_MILLISECONDS = 4_000;
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;
const MESSAGE_LIMIT = 500;
const UNAVAILABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The connection that MLflow's own environment variables ask for; undefined without `MLFLOW_TRACKING_URI`.
 * @throws UserError `mlflow-uri` when that is no http(s) address, `mlflow-setting` when another can't be as it is
 */
export function connectionFromEnvironment(environment: NodeJS.ProcessEnv): MlflowConnection | undefined {
  const uri = environment.MLFLOW_TRACKING_URI?.trim();
  if (!uri) return undefined;
  const seconds = Number(environment.MLFLOW_HTTP_REQUEST_TIMEOUT);
  return new MlflowConnection({
    uri,
    username: environment.MLFLOW_TRACKING_USERNAME,
    password: environment.MLFLOW_TRACKING_PASSWORD,
    token: environment.MLFLOW_TRACKING_TOKEN,
    certificateAuthority: environment.MLFLOW_TRACKING_SERVER_CERT_PATH,
    clientCertificate: environment.MLFLOW_TRACKING_CLIENT_CERT_PATH,
    insecure: readBoolean(environment, 'MLFLOW_TRACKING_INSECURE_TLS'),
    timeout: seconds > 0 ? seconds * 1000 : undefined,
  });
}

/** Requests to one MLflow server. Node's own `fetch` can't be told of a certificate authority, so it is `node:https`. */
export class MlflowConnection {
  /** The server's address without credentials: it may be shown, and identifies the server. */
  readonly uri: string;
  /** Requests that failed since the last that didn't: how long the server has been away, so to say. */
  failuresInARow = 0;
  readonly #authorization: string | undefined;
  readonly #timeout: number;
  readonly #agent: http.Agent;

  constructor(settings: ConnectionSettings) {
    const url = parseServerUri(settings.uri);
    this.uri = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
    this.#authorization = authorization(url, settings);
    this.#timeout = settings.timeout ?? DEFAULT_TIMEOUT;
    this.#agent = createAgent(url, settings);
  }

  /**
   * The parsed answer of an endpoint under `api/2.0/`.
   * @throws MlflowError
   */
  async request(method: string, endpoint: string, { query, json }: RequestContents = {}): Promise<unknown> {
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const headers = body ? { 'content-type': 'application/json', 'content-length': body.length } : {};
    const search = query ? `?${new URLSearchParams(query).toString()}` : '';
    const answer = await this.#send(method, `${endpoint}${search}`, headers, (request) => request.end(body));
    try {
      return JSON.parse(answer.text);
    } catch (error) {
      throw this.#notJson(answer, error);
    }
  }

  /**
   * Streams a file to an endpoint under `api/2.0/`.
   * @throws MlflowError; UserError `mlflow-invalid` when the file can't be opened
   */
  async upload(endpoint: string, file: string): Promise<void> {
    const handle = await openFile(file);
    try {
      const { size } = await handle.stat();
      const headers = { 'content-type': 'application/octet-stream', 'content-length': size };
      await this.#send('PUT', endpoint, headers, (request) => {
        // Whatever breaks the stream also fails the request, or follows an early answer: a refusal, which counts.
        if (size > 0)
          void pipeline(handle.createReadStream({ end: size - 1, autoClose: false }), request).catch(() => undefined);
        else request.end();
      });
    } finally {
      await handle.close();
    }
  }

  /**
   * Streams what an endpoint under `api/2.0/` answers into a file.
   * @param limit bytes; a longer answer is refused
   * @throws MlflowError
   */
  async download(endpoint: string, file: string, limit: number): Promise<void> {
    await this.#send(
      'GET',
      endpoint,
      {},
      (request) => request.end(),
      async (response) => {
        let bytes = 0;
        await pipeline(
          response,
          async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              bytes += chunk.length;
              if (bytes > limit) throw new Error(`a file of over ${limit} bytes`);
              yield chunk;
            }
          },
          createWriteStream(file),
        );
        return '';
      },
    );
  }

  /** Breaks off the requests that are under way, and closes the connections kept for the next. */
  close(): void {
    this.#agent.destroy();
  }

  async #send(
    method: string,
    endpoint: string,
    headers: OutgoingHttpHeaders,
    writeBody: (request: ClientRequest) => void,
    readBody: (response: IncomingMessage) => Promise<string> = readText,
  ): Promise<Answer> {
    const answer = await this.#exchange(method, endpoint, headers, writeBody, readBody).catch((error: unknown) => {
      this.failuresInARow++;
      throw this.#unreachable(error);
    });
    const isSuccess = answer.status >= 200 && answer.status < 300;
    this.failuresInARow = isSuccess ? 0 : this.failuresInARow + 1;
    if (!isSuccess) throw this.#refusal(endpoint, answer);
    return answer;
  }

  async #exchange(
    method: string,
    endpoint: string,
    headers: OutgoingHttpHeaders,
    writeBody: (request: ClientRequest) => void,
    readBody: (response: IncomingMessage) => Promise<string>,
  ): Promise<Answer> {
    const { request: openRequest } = this.uri.startsWith('https:') ? https : http;
    const request = openRequest(`${this.uri}/api/2.0/${endpoint}`, {
      agent: this.#agent,
      method,
      headers: this.#authorization ? { ...headers, authorization: this.#authorization } : headers,
      timeout: this.#timeout,
    });
    const responded = new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${this.#timeout / 1000} s`)));
    writeBody(request);
    const response = await responded;
    const { statusCode: status = 0, headers: answered } = response;
    const read = status >= 200 && status < 300 ? readBody : readText;
    return { status, headers: answered, text: await read(response) };
  }

  #unreachable(error: unknown): MlflowError {
    // Where a name has several addresses, the error of all of them together has a code but no message.
    const code = codeOf(error) ?? '';
    const hint = /CERT|SELF_SIGNED|VERIFY/.test(code)
      ? "set MLFLOW_TRACKING_SERVER_CERT_PATH to the PEM file of the certificate authority that signed the server's"
      : 'start the server, or correct MLFLOW_TRACKING_URI';
    return new MlflowError(`MLflow at ${this.uri} can't be reached: ${messageOf(error) || code}`, {
      failure: 'unreachable',
      hint,
      cause: error,
    });
  }

  #refusal(endpoint: string, answer: Answer): MlflowError {
    const { error_code: errorCode, message } = parseRefusal(answer.text);
    const [path] = endpoint.split('?');
    const said = message ? `: ${message.slice(0, MESSAGE_LIMIT)}` : '';
    const what = `MLflow at ${this.uri} answered ${path} with ${answer.status}${said}`;
    const failure = failureOf(answer.status, errorCode);
    return new MlflowError(what, {
      failure,
      errorCode,
      retryAfterMilliseconds: retryAfter(answer.headers['retry-after']),
      hint: answer.headers.location ? `MLFLOW_TRACKING_URI leads on to ${answer.headers.location}` : HINTS[failure],
    });
  }

  #notJson(answer: Answer, error: unknown): MlflowError {
    const isPage = !answer.headers['content-type']?.includes('json');
    const failure = isPage ? 'no-endpoint' : 'unreachable';
    const reason = isPage ? 'answered with a page, not as an MLflow server does' : 'broke off its answer';
    return new MlflowError(`${this.uri} ${reason}`, { failure, hint: HINTS[failure], cause: error });
  }
}

interface RequestContents {
  query?: Record<string, string>;
  json?: unknown;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const HINTS: Partial<Record<MlflowFailure, string>> = {
  unauthorized: 'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN',
  'no-endpoint': 'set MLFLOW_TRACKING_URI to the address of an MLflow server, its path prefix included',
};

/** As MLflow's client reads it: `true`, `1`, `false` or `0`, in any case. */
function readBoolean(environment: NodeJS.ProcessEnv, name: string): boolean {
  const text = environment[name]?.toLowerCase() ?? 'false';
  if (['true', '1', 'false', '0'].includes(text)) return text === 'true' || text === '1';
  throw wrongSetting(`${name} is ${JSON.stringify(text)}`, 'true, 1, false or 0');
}

function wrongSetting(message: string, expected: string): UserError {
  return new UserError(message, { code: 'mlflow-setting', hint: `expected ${expected}`, exitCode: 2 });
}

/** As MLflow's own client weighs them: credentials in the address, then a name and password, then a token. */
function authorization(url: URL, { username, password, token }: ConnectionSettings): string | undefined {
  if (url.username) return basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
  if (username && password) return basic(username, password);
  return token ? `Bearer ${token}` : undefined;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function createAgent(url: URL, settings: ConnectionSettings): http.Agent {
  const options = { keepAlive: true, timeout: IDLE_MILLISECONDS };
  const { certificateAuthority, clientCertificate, insecure } = settings;
  if (insecure && certificateAuthority) {
    const both = 'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set';
    throw wrongSetting(both, 'one of them: any certificate, or those of an authority');
  }
  if (url.protocol === 'http:') return new http.Agent(options);
  const certificates = readCertificates(certificateAuthority, clientCertificate);
  return new https.Agent({ ...options, ...certificates, rejectUnauthorized: !insecure });
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await openRegularFile(file);
  } catch (error) {
    throw new UserError(`${file} can't be read: ${messageOf(error)}`, { code: 'mlflow-invalid', cause: error });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT_BYTES) throw new Error(`an answer of over ${ANSWER_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(status: number, errorCode: string | undefined): MlflowFailure {
  if (status === 401 || status === 403) return 'unauthorized';
  if (UNAVAILABLE.has(status)) return 'unavailable';
  if (status < 400 || errorCode === 'ENDPOINT_NOT_FOUND') return 'no-endpoint';
  return (status === 404 || status === 405) && !errorCode ? 'no-endpoint' : 'rejected';
}

/** What a refusal says; a proxy's may be a page, or JSON of any form. */
function parseRefusal(text: string): { error_code?: string; message?: string } {
  try {
    const { error_code, message } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    return {
      error_code: typeof error_code === 'string' ? error_code : undefined,
      message: typeof message === 'string' ? message : undefined,
    };
  } catch {
    return {};
  }
}

/** Of the header's two forms, seconds and a date, MLflow's servers and proxies send seconds. */
function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header && seconds >= 0 ? seconds * 1000 : undefined;
}
