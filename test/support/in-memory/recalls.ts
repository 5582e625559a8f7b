/** What was recalled when and together, what came of predictions, and the log of queries, in memory. */
import type { CatalogRow } from '../../../layers/memory/catalog/port.ts';
import type { Instant } from '../../../layers/memory/clock.ts';
import { daysBetween } from '../../../layers/memory/clock.ts';
import { canonicalJson } from '../../../layers/memory/model/json.ts';
import type { MemoryType } from '../../../layers/memory/model/memory.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import {
  decidedBefore,
  HABIT_RECALLS_MIN,
  PARTNER_RECALLS_MIN,
  PARTNERS_MAX,
  predictionStart,
  restStart,
  TOGETHER_FADE_DAYS,
  togetherStart,
} from '../../../layers/memory/policy/prediction.ts';
import { PATTERNS_MAX, type QueryLog, type Recalls } from '../../../layers/memory/recall/port.ts';
import { livingRows } from './rows.ts';
import { copyOf, type JointUse, type Store, type TenantData } from './store.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

interface Pattern {
  userId: string;
  agentId: string;
  type: MemoryType;
  hour: number;
  count: number;
}

const patternsOf = ({ accessPatterns }: TenantData): Pattern[] =>
  [...accessPatterns].map(([name, count]) => {
    const [userId, agentId, type, hour] = JSON.parse(name) as [string, string, MemoryType, number];
    return { userId, agentId, type, hour, count };
  });

/** Sums counts of what has the same name. */
function summed<T extends { count: number }>(items: readonly T[], nameOf: (item: T) => unknown): T[] {
  const sums = new Map<string, T>();
  for (const item of items) {
    const name = JSON.stringify(nameOf(item));
    sums.set(name, { ...item, count: item.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

function candidates(store: Store, tenantId: string, now: Instant): CatalogRow[] {
  const { predictions } = store.of(tenantId);
  const inVain = predictions.filter(({ at, hitAt }) => hitAt === null && at > predictionStart(now));
  return livingRows(store, tenantId, now).filter(
    ({ id, tier, pinned, hold, tierSince }) =>
      tier !== 'hot' &&
      !pinned &&
      hold === null &&
      tierSince <= restStart(now) &&
      !inVain.some((prediction) => prediction.id === id),
  );
}

const faded = ({ count, lastAt }: JointUse, now: Instant): number =>
  count * Math.exp(-daysBetween(lastAt, now) / TOGETHER_FADE_DAYS);

function keepBest(partners: Map<string, JointUse>, now: Instant): void {
  const ranked = [...partners].sort(([a, one], [b, other]) => faded(other, now) - faded(one, now) || byText(a, b));
  for (const [id] of ranked.slice(PARTNERS_MAX)) partners.delete(id);
}

export function inMemoryRecalls(store: Store): Recalls {
  return {
    async stats(caller, filter, now) {
      const data = store.of(caller.tenantId);
      const rows = livingRows(store, caller.tenantId, now).filter(
        (row) =>
          mayRead(caller, row) &&
          (filter.userId === undefined || row.userId === filter.userId) &&
          (filter.agentId === undefined || row.agentId === filter.agentId),
      );
      const seen = patternsOf(data).filter(
        ({ userId, agentId }) =>
          (caller.agentId === null || agentId === caller.agentId) &&
          (filter.agentId === undefined || agentId === filter.agentId) &&
          (filter.userId === undefined || userId === filter.userId),
      );
      const recent = data.predictions.filter(
        ({ id, at }) => at > predictionStart(now) && rows.some((row) => row.id === id),
      );
      const patterns = summed(seen, ({ userId, type, hour }) => [userId, type, hour]);
      return {
        patterns: patterns
          .slice(0, PATTERNS_MAX)
          .map(({ userId, type, hour, count }) => ({ userId: userId || null, type, hour, count })),
        predictions: {
          warmed: recent.length,
          decided: recent.filter(({ at, hitAt }) => hitAt !== null || at <= decidedBefore(now)).length,
          hits: recent.filter(({ hitAt }) => hitAt !== null).length,
        },
      };
    },

    async countTogether(tenantId, joint, now) {
      const { together, rows } = store.of(tenantId);
      for (const { id, otherId, count, lastAt } of joint) {
        if (!rows.has(id) || !rows.has(otherId)) continue;
        for (const [one, other] of [
          [id, otherId],
          [otherId, id],
        ] as const) {
          const partners = together.get(one) ?? new Map<string, JointUse>();
          const before = partners.get(other) ?? { count: 0, lastAt };
          partners.set(other, {
            count: before.count + count,
            lastAt: lastAt > before.lastAt ? lastAt : before.lastAt,
          });
          together.set(one, partners);
        }
      }
      for (const { id, otherId } of joint) {
        for (const one of [id, otherId]) keepBest(together.get(one) ?? new Map(), now);
      }
    },

    async partners(tenantId, ids, limit, now) {
      const { together } = store.of(tenantId);
      const best = new Map<string, number>();
      for (const [other, { count, lastAt }] of ids.flatMap((id) => [...(together.get(id) ?? [])])) {
        const isFresh = lastAt >= togetherStart(now);
        if (isFresh && count >= PARTNER_RECALLS_MIN) best.set(other, Math.max(count, best.get(other) ?? 0));
      }
      return candidates(store, tenantId, now)
        .filter(({ id }) => best.has(id) && !ids.includes(id))
        .sort((a, b) => (best.get(b.id) ?? 0) - (best.get(a.id) ?? 0) || byText(a.id, b.id))
        .slice(0, limit);
    },

    async recalledAt(tenantId, hour, limit) {
      const all = patternsOf(store.of(tenantId)).filter(({ userId }) => userId !== '');
      const totals = summed(all, ({ userId, type }) => [userId, type]);
      const at = all.filter((pattern) => pattern.hour === hour);
      return summed(at, ({ userId, type }) => [userId, type])
        .filter(({ count }) => count >= HABIT_RECALLS_MIN)
        .slice(0, limit)
        .map(({ userId, type, count }) => {
          const total = totals.find((one) => one.userId === userId && one.type === type)?.count ?? 0;
          return { userId, type, count, total };
        });
    },

    async ofHabits(tenantId, habits, limit, now) {
      const rows = candidates(store, tenantId, now).sort(
        (a, b) => b.accessCount - a.accessCount || b.priority - a.priority || byText(a.id, b.id),
      );
      return habits.flatMap(({ userId, type }) =>
        rows.filter((row) => row.userId === userId && row.type === type).slice(0, limit),
      );
    },

    async prune(tenantId, now) {
      const data = store.of(tenantId);
      for (const partners of data.together.values()) {
        for (const [id, { lastAt }] of partners) if (lastAt < togetherStart(now)) partners.delete(id);
      }
      data.predictions = data.predictions.filter(({ at }) => at >= predictionStart(now));
    },
  };
}

export function inMemoryQueryLog(store: Store): QueryLog {
  return {
    async add(tenantId, queries) {
      const { queryLog, erasures } = store.of(tenantId);
      for (const query of queries) {
        const of = erasures.filter(({ userId }) => userId === query.query.userId);
        const isErased = of.some(({ certificate }) => certificate === null || certificate.completed_at >= query.at);
        if (!isErased && !queryLog.has(query.id)) queryLog.set(query.id, copyOf(query));
      }
    },

    async recent(tenantId, agentId, limit) {
      const asked = [...store.of(tenantId).queryLog.values()]
        .filter((logged) => logged.agentId === agentId)
        .sort((a, b) => byText(b.at, a.at));
      const different = new Map<string, (typeof asked)[number]['query']>();
      for (const { query } of asked) {
        const name = canonicalJson({ ...query });
        if (!different.has(name)) different.set(name, query);
      }
      return copyOf([...different.values()].slice(0, limit));
    },

    async prune(tenantId, before) {
      const { queryLog } = store.of(tenantId);
      for (const [id, { at }] of queryLog) if (at < before) queryLog.delete(id);
    },
  };
}
