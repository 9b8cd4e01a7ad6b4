import type { StatusLine } from '../../display/status-line.js';
import { type InferenceSession, openInferenceSession } from '../inference-session.js';
import { type EngineOptions, readEngineOptions } from '../options/engine.js';
import { statusStarter } from './status-starter.js';

/** Opens a session as a command's options say; what it does is shown in a line. */
export async function startInferenceSession(options: EngineOptions, status: StatusLine): Promise<InferenceSession> {
  const settings = readEngineOptions(options);
  const { clear, ...starter } = statusStarter(status);
  const session = await openInferenceSession(settings, starter).finally(clear);
  status.update('Starting TensorFlow');
  return session;
}
