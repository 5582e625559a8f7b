/** Heals lost pokes, and renews the lease under which hot copies are believed: pokes every tenant's consumers. */
import type { JsonObject } from '../model/json.ts';
import type { Ports } from './ports.ts';

const POKES_AT_ONCE = 20;

export function createHealing({ consumers, poke }: Pick<Ports, 'consumers' | 'poke'>) {
  return {
    /** Stops at the deadline and says how far it came. */
    async heal(deadline: Date): Promise<JsonObject> {
      const tenants = await consumers.tenants();
      let poked = 0;
      while (poked < tenants.length && Date.now() < deadline.getTime()) {
        const some = tenants.slice(poked, poked + POKES_AT_ONCE);
        await Promise.all(some.map((tenantId) => poke.poke(tenantId)));
        poked += some.length;
      }
      return { tenants: tenants.length, poked };
    },
  };
}
