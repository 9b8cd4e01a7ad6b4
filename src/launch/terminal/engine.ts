import { showLaunch } from '../../display/launch-events.js';
import type { Engine } from '../../tensorflow/engine.js';
import { findEngine } from '../engine.js';
import { type EngineOptions, readEngineOptions } from '../options/engine.js';

/**
 * The engine to compute with, as a command's options say; what its installation does is shown.
 * @throws UserError `bad-usage`, as `findEngine`
 */
export async function chooseEngine(options: EngineOptions): Promise<Engine> {
  const settings = readEngineOptions(options);
  const { onEvent, clear } = showLaunch(process.stderr);
  return findEngine(settings, { onEvent, environment: process.env }).finally(clear);
}
