import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './library-fixtures.js';

/** A package index on the loopback interface, of which pip installs as from any other. */
export interface PackageIndex {
  /** For pip: this index and no other, tried once, nothing kept. */
  environment: NodeJS.ProcessEnv;
  /** Names of the wheels that were asked for, in order. */
  downloads: string[];
  /** While true a wheel's download stops half-way, until `release`. */
  stalled: boolean;
  /** SHA-256 that the index gives of its wheels: of what they are, or of something else. */
  hashes: 'none' | 'right' | 'wrong';
  release: () => void;
  addWheel: (name: string, version: string, files: Record<string, string>) => void;
}

const MAKE_WHEEL = `
import json, sys, zipfile
name, version, directory, files = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
info = f"{name}-{version}.dist-info"
files |= {
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
files[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(f"{directory}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, contents in files.items():
        wheel.writestr(path, contents)
`;

/** Serves an index until the test has ended. */
export async function servePackages(): Promise<PackageIndex> {
  const directory = temporaryDirectory();
  const held: (() => void)[] = [];
  const server = createServer((request, response) => {
    const [, kind, name] = (request.url ?? '').split('/');
    if (kind === 'simple') {
      sendLinks(response, directory, name, index.hashes);
      return;
    }
    index.downloads.push(name);
    const wheel = readFileSync(join(directory, name));
    response.writeHead(200, { 'content-length': wheel.length }).write(wheel.subarray(0, wheel.length / 2));
    const finish = () => response.end(wheel.subarray(wheel.length / 2));
    if (index.stalled) held.push(finish);
    else finish();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close().closeAllConnections();
  });
  const index: PackageIndex = {
    environment: {
      PIP_INDEX_URL: `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_NO_CACHE_DIR: '1',
      PIP_RETRIES: '0',
      PIP_FIND_LINKS: undefined,
      PIP_EXTRA_INDEX_URL: undefined,
      NO_PROXY: '127.0.0.1',
    },
    downloads: [],
    stalled: false,
    hashes: 'none',
    release: () => {
      index.stalled = false;
      for (const finish of held.splice(0)) finish();
    },
    addWheel: (name, version, files) => {
      execFileSync('python3', ['-c', MAKE_WHEEL, name, version, directory, JSON.stringify(files)]);
    },
  };
  return index;
}

function sendLinks(response: ServerResponse, directory: string, project: string, hashes: PackageIndex['hashes']): void {
  const wheels = readdirSync(directory).filter((file) => file.startsWith(`${project.replaceAll('-', '_')}-`));
  if (wheels.length === 0) response.writeHead(404).end();
  else {
    const hashOf = (file: string): string => {
      const contents = hashes === 'right' ? readFileSync(join(directory, file)) : 'another wheel';
      return hashes === 'none' ? '' : `#sha256=${createHash('sha256').update(contents).digest('hex')}`;
    };
    const links = wheels.map((file) => `<a href="/files/${file}${hashOf(file)}">${file}</a>`).join('\n');
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html><html><body>${links}</body></html>`);
  }
}
