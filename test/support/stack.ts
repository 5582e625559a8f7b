/**
 * The whole product for end-to-end tests: the composition that `npm start` runs, in the test's own process. Functions keep
 * what they composed as in Lambda, so a test file has one stack; vitest gives every file a process of its own.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Embedder } from '@auren/memory/embedding/port.ts';
import { inject } from 'vitest';
import type { LocalClock } from '../../local/clock.ts';
import type { EngineEnv, Engines } from '../../local/engines/main.ts';
import { type Stack, startStack as startLocalStack } from '../../local/stack.ts';
import { temporaryDirectory } from './engine-directory.ts';

export interface StackOptions {
  /**
   * `shared` (default): the engines that run beside this level of test, with a tenant of one's own. `own`: a set to
   * kill, to roll back, to fill; takes seconds longer.
   */
  engines?: 'shared' | 'own';
  /** In place of the real model. */
  embedder?: Embedder;
  /** Variables of the domain, such as AUREN_HOT_CAPACITY. */
  env?: Record<string, string>;
}

export interface TestStack {
  readonly url: string;
  /** Admin key of this stack's own tenant. */
  readonly key: string;
  readonly tenantId: string;
  readonly clock: LocalClock;
  /** Throws with shared engines: they are not this test's to stop. */
  readonly engines: Engines;
  readonly stack: Stack;
  /** Makes another tenant, whose id is the name and a random part, and answers its admin key. */
  tenant(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** The same for all stacks: on shared engines their consumers meet each other's tenants, whose log it seals. */
const MASTER_KEY = Buffer.alloc(32, 'auren-test').toString('base64');

export async function startStack(options: StackOptions = {}): Promise<TestStack> {
  const { engines = 'shared', embedder, env = {} } = options;
  const dataDir = temporaryDirectory();
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  Object.assign(process.env, { AUREN_MASTER_KEY: MASTER_KEY, ...env });
  const tenantId = engines === 'own' ? 'local' : unique('test');
  const stack = await startLocalStack({
    port: 0,
    dataDir,
    tenantId,
    fsync: false,
    log: (line) => console.log(line),
    ...(engines === 'shared' && { engines: sharedEngines() }),
    ...(embedder && { embedder }),
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    url: stack.url,
    key: stack.key,
    tenantId,
    clock: stack.clock,
    stack,
    get engines() {
      if (!stack.engines) throw new Error("these engines are shared: start the stack with { engines: 'own' }");
      return stack.engines;
    },
    tenant: (name) => stack.tenant(unique(name)),
    async stop() {
      await stack.stop();
      remove();
    },
  };
}

const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

function sharedEngines(): Pick<Engines, 'env' | 'describe'> {
  const env: EngineEnv = inject('enginesEnv');
  return { env, describe: () => ['shared by the tests'] };
}
