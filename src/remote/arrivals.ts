import { Ajv, type ValidateFunction } from 'ajv';
import { messageOf, type PlainError, UserError } from '../text/errors.js';
import type { EndRequest } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';
import { decode } from './encoding.js';
import type { TrialAnswer } from './redis/queue.js';
import type { ArchiveFacts } from './run-archive.js';
import { ANSWER, ARCHIVE, END_REQUEST, OUTCOME, PLAIN_ERROR, PROGRESS, SLURM_TASK } from './arrival-schemas.js';
import type { SlurmTask } from './slurm/task-name.js';
import type { RunOutcome } from '../scheduling/scheduler.js';

/** No message comes near it: files of runs go by other ways. */
const MOST_CHARACTERS = 4 * 2 ** 20;

/**
 * What comes from other machines is checked before anything is done with it. Each of these reads one kind of message.
 * @throws UserError `arrival-invalid`
 */
export const readProgress = (text: unknown): RunProgress => read('an event', PROGRESS, text) as RunProgress;
export const readAnswer = (text: unknown): TrialAnswer => read('an answer', ANSWER, text) as TrialAnswer;
export const readOutcome = (text: unknown): RunOutcome => read('an answer', OUTCOME, text) as RunOutcome;
export const readEndRequest = (text: unknown): EndRequest => read('a wish to end', END_REQUEST, text) as EndRequest;
export const readPlainError = (text: unknown): PlainError => read('an error', PLAIN_ERROR, text) as PlainError;
export const readArchiveFacts = (text: unknown): ArchiveFacts => read("a run's facts", ARCHIVE, text) as ArchiveFacts;
export const readSlurmTask = (text: unknown): SlurmTask => read("a task's name", SLURM_TASK, text) as SlurmTask;

/** What can be made of a message; of one that can't be read, the user is told, and nothing comes. */
export function readOrDrop<T>(
  read: (text: unknown) => T,
  text: unknown,
  say: (message: string) => void,
): T | undefined {
  try {
    return read(text);
  } catch (error) {
    say(`${messageOf(error)}; it is dropped`);
    return undefined;
  }
}

/** Numbers may be NaN: losses are. Compiled when the first comes, since few commands need any. */
const ajv = (() => {
  let made: Ajv | undefined;
  return () => (made ??= new Ajv({ strictNumbers: false, discriminator: true }));
})();
const compiled = new Map<object, ValidateFunction>();

function read(kind: string, schema: object, text: unknown): unknown {
  const value = parse(kind, text);
  const validate = compiled.get(schema) ?? ajv().compile(schema);
  compiled.set(schema, validate);
  if (validate(value)) return value;
  throw invalid(kind, ajv().errorsText(validate.errors, { dataVar: 'message' }));
}

function parse(kind: string, text: unknown): unknown {
  if (typeof text !== 'string') throw invalid(kind, 'not text');
  if (text.length > MOST_CHARACTERS) throw invalid(kind, `longer than ${MOST_CHARACTERS} characters`);
  try {
    return decode(text);
  } catch {
    throw invalid(kind, 'not JSON');
  }
}

function invalid(kind: string, problem: string): UserError {
  return new UserError(`${kind} from another machine can't be read: ${problem}`, { code: 'arrival-invalid' });
}
