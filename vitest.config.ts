import { defineConfig } from 'vitest/config';

interface Level {
  timeoutSeconds: number;
  serial?: boolean;
  engines?: boolean;
  /** Files share a process and its modules: a third of the time. Each puts back what it changes (ports, spies, variables). */
  shared?: boolean;
}

/** How many random sequences are played (test/support/sequences): few beside the other tests, many with `npm run test:long`. */
const SEQUENCES = {
  short: { inMemory: 300, onEngines: 20 },
  long: { inMemory: 2_000, onEngines: 200 },
};

/** One project a level of test; a level says what has to run beside it (see CONTRIBUTING.md). */
const project = (name: string, options: Level) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutSeconds * 1_000,
    hookTimeout: 120_000,
    fileParallelism: !options.serial,
    isolate: !options.shared,
    globalSetup: options.engines ? ['test/support/global-engines.ts'] : [],
  },
});

export default defineConfig(({ mode }) => ({
  test: {
    provide: { sequences: mode === 'long' ? SEQUENCES.long : SEQUENCES.short },
    projects: [
      project('unit', { timeoutSeconds: 10, shared: true }),
      project('property', { timeoutSeconds: 600 }),
      project('contract', { timeoutSeconds: 30, serial: true, engines: true }),
      project('integration', { timeoutSeconds: 60, serial: true, engines: true }),
      project('e2e', { timeoutSeconds: 60, serial: true, engines: true }),
      project('browser', { timeoutSeconds: 60, serial: true, engines: true }),
      project('infra', { timeoutSeconds: 120 }),
    ],
  },
}));
