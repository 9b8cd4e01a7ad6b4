import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/tracking/local-server.js';

/** A cluster of one node, this machine, with daemons of its own: Debian's packages `slurm-wlm` and `munge`, as root. */
export class SlurmCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ablate-slurm-'));
  readonly #daemons: ChildProcess[] = [];

  get configuration(): string {
    return join(this.#folder, 'slurm.conf');
  }

  /** @throws Error when Slurm isn't installed, or this process isn't root's */
  static async start(): Promise<SlurmCluster> {
    const cluster = new SlurmCluster();
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw new Error("Slurm can't be started: it takes root, and apt-get install slurm-wlm munge", { cause: error });
    }
  }

  async stop(): Promise<void> {
    await this.#endJobs();
    for (const daemon of this.#daemons.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = once(daemon, 'exit');
      daemon.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const path = (name: string): string => join(this.#folder, name);
    for (const name of ['state', 'spool']) mkdirSync(path(name));
    writeFileSync(path('munge.key'), randomBytes(1024), { mode: 0o600 });
    writeFileSync(this.configuration, configuration(path, [await freePort(), await freePort()]));
    const munge = ['socket', 'pid-file', 'log-file', 'seed-file'].map(
      (option) => `--${option}=${path(`munge.${option}`)}`,
    );
    this.#daemon('munged', ['--foreground', '--force', `--key-file=${path('munge.key')}`, ...munge]);
    await sleep(500);
    this.#daemon('slurmctld', ['-D', '-c', '-f', this.configuration]);
    this.#daemon('slurmd', ['-D', '-c', '-f', this.configuration]);
    for (let tries = 0; !this.#isIdle(); tries++) {
      if (tries === 60) throw new Error('the node never came up');
      await sleep(500);
    }
  }

  /** The processes of a job that still runs would outlive the daemons. */
  async #endJobs(): Promise<void> {
    for (let tries = 0; tries < 40; tries++) {
      if (this.#ask('scancel', '--user=root') === undefined || this.#ask('squeue', '-h') === '') return;
      await sleep(250);
    }
  }

  #daemon(command: string, parameters: string[]): void {
    const daemon = spawn(command, parameters, { stdio: 'ignore' });
    daemon.on('error', () => undefined);
    this.#daemons.push(daemon);
  }

  #isIdle(): boolean {
    return this.#ask('sinfo', '-h', '-o', '%T')?.includes('idle') ?? false;
  }

  /** @returns undefined when the cluster doesn't answer */
  #ask(command: string, ...parameters: string[]): string | undefined {
    try {
      const env = { ...process.env, SLURM_CONF: this.configuration };
      return execFileSync(command, parameters, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return undefined;
    }
  }
}

function configuration(path: (name: string) => string, [controller, node]: [number, number]): string {
  const host = hostname();
  return `
ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${path('munge.socket')}
StateSaveLocation=${path('state')}
SlurmdSpoolDir=${path('spool')}
SlurmctldPidFile=${path('slurmctld.pid')}
SlurmdPidFile=${path('slurmd.pid')}
SlurmctldPort=${controller}
SlurmdPort=${node}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
PriorityType=priority/multifactor
PriorityWeightPartition=100000
ReturnToService=2
MpiDefault=none
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE PriorityJobFactor=1 State=UP
`;
}
