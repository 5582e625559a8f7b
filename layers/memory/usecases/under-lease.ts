/** Work on a tenant that must not run twice at once, under a lease of its own. */
import type { Consumers } from '../log/consumers.ts';

export interface Lease {
  name: string;
  tenantId: string;
  owner: string;
  leaseMs: number;
}

/** Null where another holds the lease: nothing was done. */
export async function underLease<T>(
  consumers: Consumers,
  { name, tenantId, owner, leaseMs }: Lease,
  work: () => Promise<T>,
): Promise<{ done: T } | null> {
  if ((await consumers.acquire(name, tenantId, owner, leaseMs)) === null) return null;
  try {
    return { done: await work() };
  } finally {
    // A wake mark keeps the lease; the one that left it comes again by itself.
    while (!(await consumers.release(name, tenantId, owner)));
  }
}
