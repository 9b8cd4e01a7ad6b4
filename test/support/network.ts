import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** Machines that have networks of their own, as far as their processes can tell, and a switch between them and this one. */
export class TestNetwork {
  /** What the machines call this one. */
  readonly address: string;
  readonly #id = randomBytes(3).toString('hex');
  readonly #subnet = `10.231.${randomBytes(1)[0]}`;
  readonly #machines: string[] = [];

  private constructor() {
    this.address = `${this.#subnet}.1`;
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    ip('address', 'add', `${this.address}/24`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
  }

  /** @returns why there can't be one, where the kernel doesn't let this user */
  static open(): TestNetwork | { refused: string } {
    try {
      return new TestNetwork();
    } catch (error) {
      return { refused: String(error) };
    }
  }

  /** @returns its name, for `ip netns exec` */
  addMachine(): string {
    const number = this.#machines.length + 2;
    const machine = `ablate-${this.#id}-${number}`;
    ip('netns', 'add', machine);
    this.#machines.push(machine);
    const near = this.#cable(machine);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine);
    ip('link', 'set', near, 'master', this.#bridge, 'up');
    ip('-n', machine, 'address', 'add', `${this.#subnet}.${number}/24`, 'dev', 'eth0');
    ip('-n', machine, 'link', 'set', 'eth0', 'up');
    return machine;
  }

  /** Pulls a machine's plug, or puts it in again. */
  plug(machine: string, state: 'up' | 'down'): void {
    ip('link', 'set', this.#cable(machine), state);
  }

  close(): void {
    for (const machine of this.#machines) ip('netns', 'del', machine);
    ip('link', 'del', this.#bridge);
  }

  get #bridge(): string {
    return `abl-${this.#id}`;
  }

  #cable(machine: string): string {
    return `abl-${this.#id}-${this.#machines.indexOf(machine)}`;
  }
}

function ip(...parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}
