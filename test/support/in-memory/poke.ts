/** A poke that remembers whom it poked, and may pass it on at once. */
import type { Poke } from '../../../layers/memory/poke.ts';

export interface InMemoryPoke extends Poke {
  /** Tenants in the order in which they were poked. */
  readonly poked: string[];
}

export function inMemoryPoke(deliver: (tenantId: string) => Promise<void> = async () => {}): InMemoryPoke {
  const poked: string[] = [];
  return {
    poked,
    async poke(tenantId) {
      poked.push(tenantId);
      await deliver(tenantId);
    },
  };
}
