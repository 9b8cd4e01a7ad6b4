import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Native libraries (TensorFlow through koffi) need processes of their own; two fill the smallest machine.
    pool: 'forks',
    maxWorkers: 2,
    // Nothing asserts a duration. These bounds only end a test that hangs; a first run installs MLflow meanwhile.
    testTimeout: 120_000,
    hookTimeout: 900_000,
  },
});
