/** Finds a memory in order to change it: absent and unreadable look the same, readable but not yours is said. */
import type { Catalog } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import { AurenError, notFound } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { mayChange, mayRead } from '../policy/access.ts';

/** Throws `not_found` or `not_owner`. Content comes from wherever PostgreSQL has it. */
export async function findToChange(catalog: Catalog, caller: Caller, id: string, now: Instant): Promise<MemoryRecord> {
  const [row] = await catalog.find(caller.tenantId, [id], 'any', now);
  if (row === undefined || !mayRead(caller, row)) throw notFound(`memory ${id}`);
  if (!mayChange(caller, row)) {
    throw new AurenError('not_owner', `Memory ${id} belongs to agent "${row.agentId}"; only it may change the memory.`);
  }
  if (row.content === null) throw notFound(`memory ${id} any more`);
  return { ...row, content: row.content };
}
