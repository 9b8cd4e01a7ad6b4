import { afterEach, describe, expect, it } from 'vitest';
import { type ServeSignals, listenForSignals } from '../../src/launch/signals/serve-signals.js';

let signals: ServeSignals;
afterEach(() => {
  signals.close();
});

describe('the signals of a server', () => {
  it.each(['SIGHUP', 'SIGUSR2'] as const)(
    '%s that comes before the server listens is heeded once it does',
    (signal) => {
      signals = listenForSignals();
      process.emit(signal);
      let count = 0;
      const heed = (): number => count++;
      if (signal === 'SIGHUP') signals.onReload(heed);
      else signals.onSucceed(heed);
      expect(count).toBe(1);
      process.emit(signal);
      expect(count).toBe(2);
    },
  );

  it('are not made up', () => {
    signals = listenForSignals();
    let count = 0;
    signals.onReload(() => count++);
    signals.onSucceed(() => count++);
    expect(count).toBe(0);
  });
});
