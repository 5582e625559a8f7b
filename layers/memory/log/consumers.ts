/** Leases and cursors of the log's consumers, one row per (consumer, tenant). Leases run on real time, not on the injected clock. */

export interface ConsumerLease {
  cursor: string | null;
}

export interface Consumers {
  /** Takes the lease, or, where another holds it, leaves a wake mark for it and answers null. */
  acquire(consumer: string, tenantId: string, owner: string, leaseMs: number): Promise<ConsumerLease | null>;
  /** Stores the cursor and prolongs the lease; false where it was lost. */
  advance(consumer: string, tenantId: string, owner: string, cursor: string, leaseMs: number): Promise<boolean>;
  /** Gives the lease back unless a wake mark arrived meanwhile: then clears the mark, keeps the lease and answers false: drain again. */
  release(consumer: string, tenantId: string, owner: string): Promise<boolean>;
  cursor(consumer: string, tenantId: string): Promise<string | null>;
  /** Counts a failed try of a poison event and answers how many there were. */
  failed(consumer: string, tenantId: string, eventId: string, error: string): Promise<number>;
  parked(tenantId: string): Promise<{ consumer: string; eventId: string; error: string }[]>;
  tenants(): Promise<string[]>;
}
