import { readEventsFrom, readJournal } from './journal.js';
import { decodeEvent } from './journal-events.js';
import type { DatasetEvent, JournalEvent, RunEvent, StateEvent } from './journal-events.js';
import type { RunDirectory } from './run-store.js';

/** One point of a metric. */
export interface MetricPoint {
  step: number;
  epoch?: number;
  value: number;
  /** Milliseconds since 1970-01-01 UTC. */
  time: number;
}

/** What a run's journal says, gathered by kind. */
export interface RunHistory {
  identity?: RunEvent;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** Metric → its points, in the order in which they were measured. */
  metrics: Record<string, MetricPoint[]>;
  /** How often the machine was measured. */
  systemSamples: number;
  datasets: DatasetEvent[];
  artifacts: string[];
  states: StateEvent[];
  /** How long it lasted, without the time between an interruption and the next start. */
  seconds: number;
}

/** Reads a run's journal; of params and tags that were given twice, the last value counts. */
export function readHistory(run: RunDirectory): RunHistory {
  const history: RunHistory = {
    params: ownNames(),
    tags: ownNames(),
    metrics: ownNames(),
    systemSamples: 0,
    datasets: [],
    artifacts: [],
    states: [],
    seconds: 0,
  };
  const events = readJournal(run.journal);
  for (const event of events) {
    if (event.type === 'run') history.identity = event;
    else if (event.type === 'params') Object.assign(history.params, event.params);
    else if (event.type === 'tags') Object.assign(history.tags, event.tags);
    else if (event.type === 'dataset') history.datasets.push(event);
    else if (event.type === 'artifact') history.artifacts.push(event.path);
    else if (event.type === 'system') history.systemSamples++;
    else if (event.type === 'state') history.states.push(event);
    else {
      for (const [name, value] of Object.entries(event.values)) {
        const { step, epoch, time } = event;
        (history.metrics[name] ??= []).push({ step, epoch, value, time });
      }
    }
  }
  history.seconds = secondsOf(events);
  return history;
}

/** What the first events of a journal tell: the configuration, flat, and what it trains on. */
export type RunBeginning = Pick<RunHistory, 'params' | 'tags'>;

/** Reads no more than the journal's beginning, for lists ask many runs. @throws UserError `journal-corrupt` */
export function readBeginning(run: RunDirectory): RunBeginning {
  const isAsked = (line: string): boolean => /^\{"type":"(params|tags)"/.test(line);
  const { events } = readEventsFrom(run.journal, 0, (line) => (isAsked(line) ? decodeEvent(line) : undefined));
  const beginning: RunBeginning = { params: ownNames(), tags: ownNames() };
  for (const event of events) {
    if (event?.type === 'params') Object.assign(beginning.params, event.params);
    else if (event?.type === 'tags') Object.assign(beginning.tags, event.tags);
  }
  return beginning;
}

/** A journal may come from elsewhere: a metric that is called `__proto__` is a metric. */
function ownNames<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

function secondsOf(events: JournalEvent[]): number {
  return events.slice(1).reduce((seconds, event, index) => {
    const starts = event.type === 'state' && event.status === 'RUNNING';
    return starts ? seconds : seconds + (event.time - events[index].time) / 1000;
  }, 0);
}
