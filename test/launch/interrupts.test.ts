import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const INTERRUPTS = new URL('../../dist/launch/signals/interrupts.js', import.meta.url).href;

/** A program that listens, and does as it is told once it is asked to end. */
async function interrupted(signals: NodeJS.Signals[], whenAsked: string): Promise<{ code: number; said: string }> {
  const program = `
    import { listenForInterrupts } from ${JSON.stringify(INTERRUPTS)};
    const { signal, stop } = listenForInterrupts(() => console.log('ended'), 0.2);
    const alive = setInterval(() => undefined, 1000);
    signal.addEventListener('abort', () => { ${whenAsked} });
    console.log('listening');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await once(child.stdout, 'data');
  for (const signal of signals) child.kill(signal);
  const [code] = (await closed) as [number];
  return { code, said };
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s lets what runs end in order', async (signal) => {
  const { code, said } = await interrupted([signal], 'stop(); clearInterval(alive);');
  expect(code).toBe(0);
  expect(said).toContain('Ending after the steps under way');
  expect(said).not.toContain('ended');
});

it('ends what does not end by itself', async () => {
  const { code, said } = await interrupted(['SIGTERM'], '');
  expect(code).toBe(130);
  expect(said).toMatch(/hasn't ended within 0.2 seconds[^]*last checkpoint/);
  expect(said).toContain('ended\n');
});
