import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A device may never end and a pipe waits for its writer: files are read by src/system/regular-file.ts, which refuses both. */
const unguardedReads = [
  { name: 'node:fs', importNames: ['createReadStream', 'readFile', 'readFileSync'] },
  { name: 'node:fs/promises', importNames: ['readFile'] },
].map((path) => ({ ...path, message: 'Read files by src/system/regular-file.ts.' }));

/** Colours reach a terminal by src/text/visible.ts alone: it makes the escape sequences of all other texts visible. */
const unguardedColours = [{ name: 'picocolors', message: 'Take colours from src/text/visible.ts.' }];

/**
 * @param {object[]} paths
 * @returns {import('eslint').Linter.RulesRecord}
 */
const restrictImports = (paths) => ({ 'no-restricted-imports': ['error', { paths }] });

export default defineConfig(
  { ignores: ['dist/', 'runs/', 'node_modules/', 'coverage/'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'variable',
          modifiers: ['const', 'global'],
          types: ['boolean', 'number', 'string', 'array'],
          format: ['UPPER_CASE'],
        },
      ],
    },
  },
  // A later entry replaces the options of a rule, so each kind of file says all that is kept from it.
  { files: ['src/**/*.ts'], rules: restrictImports([...unguardedReads, ...unguardedColours]) },
  { files: ['src/text/visible.ts', 'src/config/text/format-problems.ts'], rules: restrictImports(unguardedReads) },
  { files: ['src/system/regular-file.ts', 'src/**/browser/**'], rules: restrictImports(unguardedColours) },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { AbortController: 'readonly', URL: 'readonly', console: 'readonly', process: 'readonly' },
    },
  },
  {
    // A describe block is a table of contents, not a function to keep short.
    files: ['test/**', 'bench/**', 'scripts/**', 'examples/**'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: restrictImports([{ name: 'vitest', importNames: ['test'], message: 'Tests are written with `it`.' }]),
  },
);
