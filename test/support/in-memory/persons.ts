/** What is about a person, in memory. */
import type { IdPage } from '../../../layers/memory/catalog/port.ts';
import type { Persons, Trace } from '../../../layers/memory/erasure/port.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
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

function tracesOf(data: TenantData, userId: string): Record<'usage' | 'idempotency', Trace[]> {
  const streams = new Set(streamsOf(data, userId));
  const used = [...data.usage].filter(([id]) => data.rows.get(id)?.record.userId === userId);
  const repeated = [...data.idempotency].filter(([, { reply }]) => namedIn(reply).some((id) => streams.has(id)));
  return {
    usage: used.map(([id, { count, lastAt, recent }]) => ({
      key: id,
      data: { memory_id: id, access_count: count, last_accessed_at: lastAt, recent_uses: recent },
    })),
    idempotency: repeated.map(([key, { reply, at }]) => ({
      key,
      data: { key, created_at: at, reply: reply as unknown as JsonObject },
    })),
  };
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
    traces: async (tenantId, userId, kind, { after, limit }) =>
      copyOf(firstOf(tracesOf(store.of(tenantId), userId)[kind], ({ key }) => key, { afterId: after, limit })),
  };
}
