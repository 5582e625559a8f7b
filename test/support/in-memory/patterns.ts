/** Patterns in memory: what the log's commits wrote of them. */

import type { Commit } from '../../../layers/memory/log/port.ts';
import { canonicalJson } from '../../../layers/memory/model/json.ts';
import type { Patterns } from '../../../layers/memory/patterns/port.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import { pageOf } from './paging.ts';
import { livingRows } from './rows.ts';
import { copyOf, type Store, type TenantData } from './store.ts';

export function inMemoryPatterns(store: Store): Patterns {
  return {
    async ofScope(tenantId, scope) {
      const all = [...store.of(tenantId).patterns.values()];
      const own = all.filter((pattern) => canonicalJson(pattern.scope) === canonicalJson(scope));
      return copyOf(own.sort((a, b) => (a.id < b.id ? -1 : 1)));
    },
    async list(caller, { userId, agentId, ids, ...page }, now) {
      const rows = new Map(livingRows(store, caller.tenantId, now).map((row) => [row.id, row]));
      const shown = [...store.of(caller.tenantId).patterns.values()].filter(({ id, members, minSize }) => {
        const left = members.flatMap((member) => rows.get(member.id) ?? []);
        return (
          (ids === undefined || ids.includes(id)) &&
          (userId === undefined || left.some((row) => row.userId === userId)) &&
          (agentId === undefined || left.some((row) => row.agentId === agentId)) &&
          left.length >= minSize &&
          [...members, ...left].every((member) => mayRead(caller, member))
        );
      });
      return pageOf(copyOf(shown), page, ({ id }) => [id], -1);
    },
  };
}

export function applyPatterns({ patterns, events }: TenantData, { patterns: write }: Commit): void {
  for (const { id, seq } of write?.dropped ?? []) if (patterns.get(id)?.seq === seq) patterns.delete(id);
  for (const pattern of write?.kept ?? []) {
    const streamId = `pattern:${pattern.id}`;
    const isInLog = events.some((event) => event.streamId === streamId && event.hash === pattern.headHash);
    if (isInLog && (patterns.get(pattern.id)?.seq ?? 0) <= pattern.seq) patterns.set(pattern.id, pattern);
  }
}
