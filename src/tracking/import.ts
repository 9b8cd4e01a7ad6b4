import { statSync } from 'node:fs';
import { UserError } from '../text/errors.js';
import type { Deliverable } from './deliverable.js';
import type { MlflowClient } from './mlflow/client.js';
import { MlflowError } from './mlflow/errors.js';
import { deliver } from './sync.js';

/** What an importer tells while it works. */
export interface ImportListener {
  /** @param done of the runs that had something new */
  onProgress: (done: number, total: number) => void;
  /** A run that can't be sent; it holds up no other. */
  onProblem: (run: Deliverable, error: UserError) => void;
}

/** Keeps a server up to date with a runs directory: each pass sends what is new since the one before. */
export class RunsImporter {
  readonly #list: () => Deliverable[];
  readonly #client: MlflowClient;
  /** Id → what was last sent, kept since it remembers how far it was read, and what its files looked like then. */
  readonly #sent = new Map<string, { run: Deliverable; version: string }>();

  /** @param list everything there is to send by now, parents before their children */
  constructor(list: () => Deliverable[], client: MlflowClient) {
    this.#list = list;
    this.#client = client;
  }

  /**
   * Sends whatever the server hasn't got, runs in progress included.
   * @param signal ends the pass after the run under way
   * @returns how many runs had something new
   * @throws MlflowError when the server can't be reached
   */
  async pass({ onProgress, onProblem }: ImportListener, signal?: AbortSignal): Promise<number> {
    const changed = this.#listChanged();
    for (const [index, run] of changed.entries()) {
      if (signal?.aborted) break;
      onProgress(index, changed.length);
      const version = versionOf(run);
      try {
        await deliver(run, this.#client);
      } catch (error) {
        if (!(error instanceof UserError) || error instanceof MlflowError) throw error;
        onProblem(run, error);
      }
      this.#sent.set(run.id, { run, version });
    }
    return changed.length;
  }

  #listChanged(): Deliverable[] {
    return this.#list()
      .filter((run) => this.#sent.get(run.id)?.version !== versionOf(run))
      .map((run) => this.#sent.get(run.id)?.run ?? run);
  }
}

/** Changes whenever one of the watched files does. */
function versionOf(run: Deliverable): string {
  return run.watched
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.size}-${stats.mtimeMs}` : ''))
    .join(' ');
}
