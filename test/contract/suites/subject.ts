/** What the suites share: the adapter under test, made once for its suite, and small helpers around it. */
import { beforeAll } from 'vitest';
import type { Page } from '../../../layers/memory/catalog/port.ts';
import type { EventLog } from '../../../layers/memory/log/port.ts';
import type { Step } from '../../support/builders.ts';

/** Tenants keep the tests of a suite apart; how one is made known is the engine's matter. */
export interface Tenants {
  newTenant(): Promise<string>;
  /** Makes a space known, so that memories may lie in it. */
  addSpace(tenantId: string, spaceId: string): Promise<void>;
}

export function subject<T>(make: () => Promise<T>): () => T {
  let made: { value: T } | undefined;
  beforeAll(async () => {
    made = { value: await make() };
  });
  return () => {
    if (!made) throw new Error('the subject is there only inside a test');
    return made.value;
  };
}

/** Commits steps one after the other and answers the memories as they stand then. */
export async function commitAll(log: EventLog, steps: readonly Step[]): Promise<Step['record'][]> {
  for (const { commit } of steps) await log.commit(commit);
  return steps.map(({ record }) => record);
}

const PAGES_MAX = 1_000;

/** Every item of a paged list; fails where it does not end. */
export async function walk<T>(pageAt: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await pageAt(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
  throw new Error(`the list did not end within ${PAGES_MAX} pages`);
}

/** Resolves when all that is committed can be read: a transaction elsewhere in the cluster may delay it for a moment. */
export async function settled(log: EventLog, tenantId: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  while ((await log.read(tenantId, null, 1)).behindHorizon) {
    if (Date.now() > deadline) throw new Error('an open transaction hides events for more than 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const idsOf = (items: Iterable<{ id: string }>): string[] => [...items].map(({ id }) => id);
