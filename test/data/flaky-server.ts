import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A loopback server with one file. */
export interface FlakyServer {
  url: string;
  /** The Range header of each request, in order. */
  ranges: (string | undefined)[];
  /** Breaks the connections that pause. */
  drop: () => void;
  close: () => Promise<void>;
}

/** How each request in turn is answered; the last answer is repeated. */
export interface Answer {
  /** Sends so many bytes of the body, then nothing until `drop`. */
  pauseAfter?: number;
  status?: number;
  /** Answers 200 with everything, whatever range is asked for. */
  ignoreRange?: boolean;
  /** Claims to start at this position of the file. */
  claimedStart?: number;
  /** Answers with these bytes instead. */
  contents?: Buffer;
}

export async function startFlakyServer(contents: Buffer, answers: Answer[]): Promise<FlakyServer> {
  const ranges: (string | undefined)[] = [];
  const pausing = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)];
    ranges.push(request.headers.range);
    const whole = answer.contents ?? contents;
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = asked && answer.ignoreRange !== true ? Number(asked[1]) : 0;
    const body = whole.subarray(start);
    if (start > 0)
      response.setHeader('Content-Range', `bytes ${answer.claimedStart ?? start}-${whole.length - 1}/${whole.length}`);
    response.setHeader('Content-Length', body.length);
    response.writeHead(answer.status ?? (start > 0 ? 206 : 200));
    if (answer.pauseAfter === undefined) {
      response.end(body);
    } else {
      response.write(body.subarray(0, answer.pauseAfter));
      pausing.add(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    drop: () => {
      for (const response of pausing) response.destroy();
      pausing.clear();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
