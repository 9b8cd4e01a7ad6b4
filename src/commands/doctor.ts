import type { Command } from 'commander';
import type { Attempt } from '../tensorflow/library/find.js';
import type { Check } from '../launch/doctor-checks.js';

/** Adds `ablate doctor` to the program. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('show what Ablate finds on this machine, what is missing, and how to mend it')
    .option('--json', 'print the checks as JSON')
    .action(doctor);
}

async function doctor({ json }: { json?: true }): Promise<void> {
  const { runChecks } = await import('../launch/doctor-checks.js');
  const checks = await runChecks();
  const isFit = checks.every(({ status }) => status !== 'fail');
  process.stdout.write(json ? `${JSON.stringify({ ok: isFit, checks }, null, 2)}\n` : await describe(checks));
  if (!isFit) process.exitCode = 1;
}

async function describe(checks: readonly Check[]): Promise<string> {
  const { colorsOn } = await import('../text/visible.js');
  const { green, yellow, red, dim, bold } = colorsOn(process.stdout);
  const marks = { ok: green('ok  '), warn: yellow('warn'), fail: red('fail') };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 7);
  return checks
    .flatMap(({ name, status, detail, repair, tried }) => [
      `${marks[status]} ${bold(name.padEnd(width))}  ${aligned(detail, indent)}`,
      ...(status === 'fail' ? (tried ?? []).map((attempt) => `${indent}${dim(describeAttempt(attempt))}`) : []),
      ...(repair === undefined ? [] : [`${indent}→ ${aligned(repair, `${indent}  `)}`]),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function describeAttempt({ what, where, result }: Attempt): string {
  return `${what} (${where}): ${result}`;
}

/** The further lines of a text below its first. */
function aligned(text: string, indent: string): string {
  return text.replaceAll('\n', `\n${indent}`);
}
