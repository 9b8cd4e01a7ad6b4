import { UserError } from '../../text/errors.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problems.js';

/** One or more mistakes in configuration. Its message is the complete report, without colours. */
export class ConfigError extends UserError {
  readonly problems: readonly Problem[];

  /** @param problems at least one */
  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems), { code: 'invalid-config', exitCode: 2 });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
