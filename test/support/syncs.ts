import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What reached the disk for good, in its order: `sync PATH`, `rename PATH`, and each journal event that was appended. */
export async function recordSyncs(task: () => Promise<unknown>): Promise<string[]> {
  const record: string[] = [];
  const pathOf = (descriptor: number): string => fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  const original = { fsync: fs.fsync, fsyncSync: fs.fsyncSync, renameSync: fs.renameSync, writeSync: fs.writeSync };
  const { rename } = fs.promises;
  const handle = await fs.promises.open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as { sync: () => Promise<void>; fd: number };
  await handle.close();
  const { sync } = prototype;
  const patched = {
    fsync: (descriptor: number, done: (error: Error | null) => void) => {
      record.push(`sync ${pathOf(descriptor)}`);
      original.fsync(descriptor, done);
    },
    fsyncSync: (descriptor: number) => {
      record.push(`sync ${pathOf(descriptor)}`);
      original.fsyncSync(descriptor);
    },
    renameSync: (from: string, to: string) => {
      original.renameSync(from, to);
      record.push(`rename ${to}`);
    },
    writeSync: (descriptor: number, bytes: Buffer, ...rest: []) => {
      if (pathOf(descriptor).endsWith('journal.jsonl')) record.push(`event ${bytes.toString('utf8').trim()}`);
      return original.writeSync(descriptor, bytes, ...rest);
    },
  };
  prototype.sync = function () {
    record.push(`sync ${pathOf(this.fd)}`);
    return sync.call(this);
  };
  const renamed = async (from: string, to: string): Promise<void> => {
    await rename(from, to);
    record.push(`rename ${to}`);
  };
  Object.assign(fs, patched);
  Object.assign(fs.promises, { rename: renamed });
  syncBuiltinESMExports();
  try {
    await task();
  } finally {
    Object.assign(fs, original);
    Object.assign(fs.promises, { rename });
    prototype.sync = sync;
    syncBuiltinESMExports();
  }
  return record;
}
