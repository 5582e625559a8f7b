/** Tells the log's consumers that a tenant has something new. Lost pokes are healed by a schedule. */
export interface Poke {
  /** Never throws for a failed delivery; resolves within 300 ms. */
  poke(tenantId: string): Promise<void>;
}
