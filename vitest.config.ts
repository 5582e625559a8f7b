import { defineConfig } from 'vitest/config';

/** One project a level of test; a level says what has to run beside it (see CONTRIBUTING.md). */
const project = (name: string, options: { timeoutSeconds: number; serial?: boolean; engines?: boolean }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutSeconds * 1_000,
    hookTimeout: 120_000,
    fileParallelism: !options.serial,
    globalSetup: options.engines ? ['test/support/global-engines.ts'] : [],
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { timeoutSeconds: 10 }),
      project('contract', { timeoutSeconds: 30, serial: true, engines: true }),
      project('integration', { timeoutSeconds: 60, serial: true, engines: true }),
      project('e2e', { timeoutSeconds: 60, serial: true, engines: true }),
      project('infra', { timeoutSeconds: 120 }),
    ],
  },
});
