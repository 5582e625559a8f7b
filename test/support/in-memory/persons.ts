/** What is about a person, in memory. */
import type { CatalogRow, IdPage } from '../../../layers/memory/catalog/port.ts';
import type { Persons, Trace, TraceKind } from '../../../layers/memory/erasure/port.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import { INSIGHT_KEY, type StoredPattern } from '../../../layers/memory/model/pattern.ts';
import { isInsight } from '../../../layers/memory/usecases/discover/insights.ts';
import { rowWith } from './rows.ts';
import { copyOf, type Store, type TenantData } from './store.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const firstOf = <T>(items: T[], keyOf: (item: T) => string, { afterId, limit }: IdPage): T[] =>
  items
    .filter((item) => afterId === null || keyOf(item) > afterId)
    .sort((a, b) => byText(keyOf(a), keyOf(b)))
    .slice(0, limit);

/** Ids of all memories there ever were about a person. */
export const streamsOf = ({ events }: TenantData, userId: string): string[] =>
  events.filter((event) => event.seq === 1 && event.userId === userId).map(({ streamId }) => streamId);

/** The memories that a reply names, wherever in it. */
export const namedIn = (reply: unknown): string[] => JSON.stringify(reply).match(/mem_[0-9a-f]{32}/g) ?? [];

/** Ids of memories of a person that have ended. */
export const erasedOf = (data: TenantData, userId: string): Set<string> =>
  new Set(streamsOf(data, userId).filter((id) => !data.rows.has(id)));

export const isPatternOf = ({ scope, members }: StoredPattern, userId: string, ids: ReadonlySet<string>): boolean =>
  scope.userId === userId || members.some(({ id }) => ids.has(id));

export const countedFor = (name: string): { userId: string; agentId: string; type: string; hour: number } => {
  const [userId, agentId, type, hour] = JSON.parse(name) as [string, string, string, number];
  return { userId, agentId, type, hour };
};

function tracesOf(data: TenantData, userId: string): Record<TraceKind, Trace[]> {
  const streams = new Set(streamsOf(data, userId));
  const used = [...data.usage].filter(([id]) => data.rows.get(id)?.record.userId === userId);
  const repeated = [...data.idempotency].filter(([, { reply }]) => namedIn(reply).some((id) => streams.has(id)));
  const asked = [...data.queryLog.values()].filter(({ query }) => query.userId === userId);
  const counted = [...data.accessPatterns].filter(([name]) => countedFor(name).userId === userId);
  const patterns = [...data.patterns.values()].filter((pattern) => isPatternOf(pattern, userId, streams));
  return {
    usage: used.map(([id, { count, lastAt, recent }]) => ({
      key: id,
      data: { memory_id: id, access_count: count, last_accessed_at: lastAt, recent_uses: recent },
    })),
    idempotency: repeated.map(([key, { reply, at }]) => ({
      key,
      data: { key, created_at: at, reply: reply as unknown as JsonObject },
    })),
    query: asked.map(({ id, agentId, at, query }) => ({
      key: id,
      data: { id, agent_id: agentId, at, query: query as unknown as JsonObject },
    })),
    access_pattern: counted.map(([name, count]) => {
      const { agentId, type, hour } = countedFor(name);
      return { key: name, data: { agent_id: agentId, type, hour, count } };
    }),
    pattern: patterns.map(({ id, label, terms, members, discoveredAt }) => {
      const own = members.filter((member) => streams.has(member.id)).map((member) => member.id);
      return { key: id, data: { id, label, terms, discovered_at: discoveredAt, memory_ids: own } };
    }),
  };
}

function tellsOfErased({ patterns, events }: TenantData, row: CatalogRow, userId: string, erased: ReadonlySet<string>) {
  const pattern = patterns.get(row.key?.slice(INSIGHT_KEY.length) ?? '');
  const said = events.filter(({ streamId }) => streamId === row.id).map(({ payload }) => payload?.content?.memory_ids);
  const named = said.flatMap((ids) => (Array.isArray(ids) ? ids : []));
  return (
    (pattern !== undefined && isPatternOf(pattern, userId, erased)) || named.some((id) => erased.has(id as string))
  );
}

export function inMemoryPersons(store: Store): Persons {
  return {
    async memories(tenantId, userId, page, content) {
      const data = store.of(tenantId);
      const rows = [...data.rows.values()].filter(({ record }) => record.userId === userId);
      return firstOf(rows, ({ record }) => record.id, page).map((row) => rowWith(data, row, content));
    },
    streams: async (tenantId, userId, page) => firstOf(streamsOf(store.of(tenantId), userId), (id) => id, page),
    lastStream: async (tenantId, userId) => streamsOf(store.of(tenantId), userId).sort(byText).at(-1) ?? null,
    async events(tenantId, userId, { after, limit }) {
      const data = store.of(tenantId);
      const streams = new Set(streamsOf(data, userId));
      const later = data.events.filter(
        ({ streamId, seq }) =>
          streams.has(streamId) &&
          (after === null || streamId > after.streamId || (streamId === after.streamId && seq > after.seq)),
      );
      return copyOf(later.sort((a, b) => byText(a.streamId, b.streamId) || a.seq - b.seq).slice(0, limit));
    },
    async insights(tenantId, userId, page) {
      const data = store.of(tenantId);
      const erased = erasedOf(data, userId);
      const rows = [...data.rows.values()].map((row) => rowWith(data, row, 'none'));
      const telling = rows.filter(
        (row) => row.userId !== userId && isInsight(row) && tellsOfErased(data, row, userId, erased),
      );
      return firstOf(telling, ({ id }) => id, page);
    },
    async endedBeside(tenantId, userId, erasureId, page) {
      const ended = store.of(tenantId).events.filter(({ type, data, userId: of }) => {
        return type === 'memory.erased' && data.erasure_id === erasureId && of !== userId;
      });
      return firstOf(
        ended.map(({ streamId }) => streamId),
        (id) => id,
        page,
      );
    },
    traces: async (tenantId, userId, kind, { after, limit }) =>
      copyOf(firstOf(tracesOf(store.of(tenantId), userId)[kind], ({ key }) => key, { afterId: after, limit })),
  };
}
