/** Erasures in memory: progress kept, counts taken from the log. */
import type { ErasureRecord, Erasures } from '../../../layers/memory/erasure/port.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import { countedFor, erasedOf, isPatternOf, namedIn, streamsOf } from './persons.ts';
import { copyOf, type Store, type StoredErasure, type TenantData } from './store.ts';

export function inMemoryErasures(store: Store): Erasures {
  const find = (tenantId: string, id: string): StoredErasure => {
    const found = store.of(tenantId).erasures.find((erasure) => erasure.id === id);
    if (!found) throw new Error(`there is no erasure ${id}`);
    return found;
  };

  return {
    async begin(tenantId, userId, { id, requestedAt }) {
      const data = store.of(tenantId);
      const last = data.erasures.findLast((erasure) => erasure.userId === userId);
      const isLiving = [...data.rows.values()].some(({ record }) => record.userId === userId);
      const isAskedFor = [...data.queryLog.values()].some(({ query }) => query.userId === userId);
      const isCovered =
        last !== undefined && !isLiving && !isAskedFor && last.streams === streamsOf(data, userId).length;
      if (last && (last.certificate === null || isCovered)) return recordOf(last);
      const fresh = { id, requestedAt, cleared: null, chainVerified: true, certificate: null };
      data.erasures.push({ ...fresh, userId, removed: {}, streams: null });
      return fresh;
    },

    async removeTraces(tenantId, userId, id) {
      const data = store.of(tenantId);
      const erased = erasedOf(data, userId);
      const events = new Set(data.events.filter(({ streamId }) => erased.has(streamId)).map((event) => event.id));
      const { removed } = find(tenantId, id);
      const remove = <T>(name: string, from: Map<string, T>, isTheirs: (value: T, key: string) => boolean) => {
        for (const [key, value] of from) {
          if (isTheirs(value, key) && from.delete(key)) removed[name] = (removed[name] ?? 0) + 1;
        }
      };
      remove('queries', data.queryLog, ({ query }) => query.userId === userId);
      remove('patterns', data.patterns, (pattern) => isPatternOf(pattern, userId, erased));
      remove('access_patterns', data.accessPatterns, (_, name) => countedFor(name).userId === userId);
      remove('idempotency', data.idempotency, ({ reply }) => namedIn(reply).some((named) => erased.has(named)));
      if (data.flush) data.flush = { ...data.flush, uses: data.flush.uses.filter((use) => !erased.has(use.id)) };
      for (const [name, { eventId }] of data.failures) if (events.has(eventId)) data.failures.delete(name);
    },

    async advance(tenantId, id, { cleared, chainVerified }) {
      const erasure = find(tenantId, id);
      erasure.cleared = cleared;
      erasure.chainVerified &&= chainVerified;
    },

    async tally(tenantId, userId, id) {
      const data = store.of(tenantId);
      const erasure = find(tenantId, id);
      const streams = streamsOf(data, userId);
      const ends = data.events.filter(
        ({ type, streamId, data: about }) =>
          type === 'memory.erased' && about.erasure_id === id && streams.includes(streamId),
      );
      return { counts: countsOf(data, erasure, ends), streams: streams.length };
    },

    async complete(tenantId, id, certificate, streams) {
      const erasure = find(tenantId, id);
      if (erasure.certificate === null) Object.assign(erasure, copyOf({ certificate, streams }));
      return copyOf(erasure.certificate ?? certificate);
    },
  };
}

const recordOf = ({ id, requestedAt, cleared, chainVerified, certificate }: StoredErasure): ErasureRecord =>
  copyOf({ id, requestedAt, cleared, chainVerified, certificate });

function countsOf({ events }: TenantData, { cleared, removed }: StoredErasure, ends: readonly LogEvent[]) {
  const ended = new Set(ends.map(({ streamId }) => streamId));
  const inTier = (wanted: string) => ends.filter(({ tier }) => tier === wanted).length;
  return {
    hot: inTier('hot'),
    warm: inTier('warm'),
    cold: inTier('cold'),
    index: [...ended].filter((streamId) => cleared !== null && streamId <= cleared).length,
    events: events.filter(({ streamId, payloadHash }) => ended.has(streamId) && payloadHash !== '').length,
    queries: removed.queries ?? 0,
    patterns: removed.patterns ?? 0,
    idempotency: removed.idempotency ?? 0,
  };
}
