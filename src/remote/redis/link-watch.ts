import { messageOf } from '../../text/errors.js';

/** Tells the user once that a server is away, and once that it is back. */
export class LinkWatch {
  readonly #name: string;
  readonly #say: (message: string) => void;
  #isAway = false;

  /** @param name of the server, for people */
  constructor(name: string, say: (message: string) => void) {
    this.#name = name;
    this.#say = say;
  }

  readonly broke = (error: unknown): void => {
    if (!this.#isAway) this.#say(`${this.#name} is away (${messageOf(error)}); what trains continues`);
    this.#isAway = true;
  };

  readonly mended = (): void => {
    if (this.#isAway) this.#say(`${this.#name} is back`);
    this.#isAway = false;
  };
}
