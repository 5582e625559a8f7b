/** Spaces in memory: what the log's commits wrote of them. */
import type { Commit, SpaceWrite } from '../../../layers/memory/log/port.ts';
import type { SpaceMember } from '../../../layers/memory/model/space.ts';
import type { Spaces } from '../../../layers/memory/spaces/port.ts';
import { pageOf } from './paging.ts';
import { rowWith } from './rows.ts';
import { copyOf, isAlive, type Store, type TenantData } from './store.ts';

export function inMemorySpaces(store: Store): Spaces {
  return {
    find: async (tenantId, id) => copyOf(store.of(tenantId).spaces.get(id) ?? null),
    async list(tenantId, { agentId, ...page }) {
      const all = [...store.of(tenantId).spaces.values()].filter(
        ({ members }) => agentId === null || members.some((member) => member.agentId === agentId),
      );
      const spaces = all.map(({ id, name, createdAt, members }) => ({ id, name, createdAt, members }));
      return pageOf(copyOf(spaces), page, ({ id }) => [id]);
    },
    async countsOf(tenantId, agentIds) {
      const all = [...store.of(tenantId).spaces.values()].flatMap(({ members }) => members);
      return new Map(agentIds.map((agentId) => [agentId, all.filter((member) => member.agentId === agentId).length]));
    },
    async expiredIn(tenantId, id, now, limit) {
      const data = store.of(tenantId);
      const over = [...data.rows.values()].filter(({ record }) => record.spaceId === id && !isAlive(record, now));
      return over.map((row) => rowWith(data, row, 'none')).slice(0, limit);
    },
  };
}

const byAgent = (a: SpaceMember, b: SpaceMember) => (a.agentId < b.agentId ? -1 : 1);

function membersAfter(members: readonly SpaceMember[], write: SpaceWrite): SpaceMember[] {
  if (write.write === 'remove-member') return members.filter(({ agentId }) => agentId !== write.agentId);
  if (write.write !== 'set-member') return [...members];
  return [...members.filter(({ agentId }) => agentId !== write.member.agentId), write.member].sort(byAgent);
}

export function applySpace({ spaces }: TenantData, { space: write, events }: Commit): void {
  const head = events.at(-1);
  if (write === undefined || head === undefined) return;
  if (write.write === 'delete') {
    spaces.delete(write.id);
    return;
  }
  const before = write.write === 'create' ? write.space : spaces.get(write.id);
  if (before === undefined) return;
  const members = membersAfter(before.members, write);
  spaces.set(before.id, { ...before, members, seq: head.seq, headHash: head.hash });
}
