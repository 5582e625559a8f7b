/** A queue behind pokes, as it delivers: one drain of a tenant at a time, and another one after a poke that came meanwhile. */
import type { Poke } from '../../layers/memory/poke.ts';

export interface Poked extends Poke {
  /** What the pokes began has ended. Throws what a drain threw. */
  settled(): Promise<void>;
}

export function poked(drain: (tenantId: string) => Promise<unknown>): Poked {
  const running = new Map<string, { again: boolean; done: Promise<void> }>();
  const failures: unknown[] = [];

  async function run(tenantId: string): Promise<void> {
    for (;;) {
      const lane = running.get(tenantId);
      if (lane) lane.again = false;
      try {
        await drain(tenantId);
      } catch (error) {
        failures.push(error);
      }
      if (!lane?.again) break;
    }
    running.delete(tenantId);
  }

  return {
    async poke(tenantId) {
      const lane = running.get(tenantId);
      if (lane) lane.again = true;
      else {
        const made = { again: false, done: Promise.resolve() };
        running.set(tenantId, made);
        made.done = run(tenantId);
      }
    },
    async settled() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
      if (failures.length > 0) throw failures[0];
    },
  };
}
