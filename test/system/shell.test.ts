import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli.js';
import { ablate, calledAs, rememberRunsDirectory } from '../../src/system/shell.js';

const source = join(import.meta.dirname, '..', '..', 'src');
const sources = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const program = createProgram();

describe('the command that hints name', () => {
  afterEach(() => {
    delete process.env.ABLATE_CALLED_AS;
    delete process.env.ABLATE_CALLED_RUNS_DIR;
    delete process.env.ABLATE_RUNS_DIR_TAKERS;
  });

  it.each([
    ['/usr/local/bin/ablate', '', 'ablate'],
    ['/home/me/ablate/bin/ablate.js', 'npm/11.0.0 node/v20.0.0', 'ablate'],
    ['/home/me/project/node_modules/.bin/ablate', 'npm/11.0.0 node/v20.0.0', 'npx ablate'],
    ['/home/me/.npm/_npx/0837f8/node_modules/.bin/ablate', 'npm/11.0.0 node/v20.0.0', 'npx ablate'],
    ['/home/me/project/node_modules/.bin/ablate', '', 'npx ablate'],
    ['/home/me/project/node_modules/.bin/ablate', 'pnpm/10.0.0 npm/? node/v20.0.0', 'pnpm exec ablate'],
    ['/home/me/project/node_modules/.bin/ablate', 'yarn/4.0.0 npm/? node/v20.0.0', 'yarn ablate'],
    ['/home/me/project/node_modules/.bin/ablate', 'bun/1.2.0 npm/? node/v20.0.0', 'bunx ablate'],
  ])('is what the user typed: %s by %s', (program, agent, expected) => {
    expect(calledAs(program, { npm_config_user_agent: agent })).toBe(expected);
  });

  it('can be pasted into a shell', () => {
    process.env.ABLATE_CALLED_AS = 'npx ablate';
    expect(ablate('preview', 'my study.yaml', 'augmentation.rotation={factor: 0.1}')).toBe(
      "npx ablate preview 'my study.yaml' 'augmentation.rotation={factor: 0.1}'",
    );
  });

  it('names the folder of runs that the user has named, where the command takes it', () => {
    rememberRunsDirectory('my runs', ['ls', 'resume']);
    expect(ablate('resume', 'digits-1')).toBe("ablate resume digits-1 --runs-dir 'my runs'");
    expect(ablate('check', 'a.yaml')).toBe('ablate check a.yaml');
  });

  it.each(['runs', undefined])('names no folder of runs where that is %s', (directory) => {
    rememberRunsDirectory(directory, ['ls', 'resume']);
    expect(ablate('ls')).toBe('ablate ls');
  });

  it('knows the commands that take --runs-dir', async () => {
    const called = createProgram();
    called.commands.find((each) => each.name() === 'ls')?.action(() => undefined);
    await called.parseAsync(['ls', '--runs-dir', 'my runs'], { from: 'user' });
    const take = program.commands.filter(({ options }) => options.some(({ long }) => long === '--runs-dir'));
    const named = program.commands.filter((each) => ablate(each.name()).includes(' --runs-dir '));
    expect(named.map((each) => each.name())).toEqual(take.map((each) => each.name()));
    expect(take.length).toBeGreaterThan(10);
  });

  it('has what it needs: a file, a run', () => {
    const needy = program.commands.filter(({ registeredArguments }) =>
      registeredArguments.some(({ required }) => required),
    );
    const bare = new RegExp(`ablate\\('(${needy.map((each) => each.name()).join('|')})'(, '--\\w+')*\\)`);
    expect(sources.filter((file) => bare.test(readFileSync(join(source, file), 'utf8')))).toEqual([]);
  });

  it('comes from `ablate` in every message of the program', () => {
    // The commands of a study are facts: they were typed before.
    const found = sources.filter((file) => file !== join('study', 'origin.ts')).flatMap(commandsWritten);
    expect(found, 'write ablate(…) of src/system/shell.ts').toEqual([]);
  });
});

const commands = readdirSync(join(source, 'commands')).map((file) => basename(file, '.ts'));
const command = new RegExp(`(^|[^.\\w-])ablate (${commands.join('|')})\\b`);

/** The texts of a file that name a command of the program themselves. */
function commandsWritten(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) && command.test(node.text)) {
      found.push(`${file}: ${node.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.Latest));
  return found;
}
