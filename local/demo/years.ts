/** Lives the weeks: moves the clock, stores, asks, sweeps, and tells what moved between the tiers, from the events themselves. */
import { DAY_MS } from '../../layers/memory/clock.ts';
import type { LocalClock } from '../clock.ts';
import { type Api, must, until } from './api.ts';
import { DAYS_A_WEEK, PER_WEEK, QUESTIONS, week } from './life.ts';

export interface Tiers {
  hot: number;
  warm: number;
  cold: number;
}

export interface WeekTold {
  week: number;
  date: string;
  tiers: Tiers;
  /** `hot to warm` -> how many. */
  moved: Record<string, number>;
  /** Reason -> how many. */
  reasons: Record<string, number>;
  expired: number;
}

interface Event {
  type: string;
  data: { from?: string; to?: string; reason?: string };
}

interface Stats {
  total_memories: number;
  tier_distribution: Tiers;
  index: { pending: number };
}

const LONG_AGO_DAYS = 90;
const USES_THAT_LIFT = 3;
/** By then something lies warm that is asked for again. */
const WEEKS_TO_RISE = 20;
const POLICY_WEEK = 26;
const POLICY_AGENT = 'kitchen';
const INDEXED_WITHIN_MS = 180_000;
const count = (counts: Record<string, number>, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

export interface Life {
  api: Api;
  clock: LocalClock;
  weeks: number;
  told(week: WeekTold): void;
}

/** All events after the cursor, and the cursor behind the last one. */
async function eventsAfter(api: Api, after: string | null): Promise<{ events: Event[]; cursor: string | null }> {
  const events: Event[] = [];
  let cursor = after;
  for (;;) {
    const from = cursor === null ? '' : `&after=${encodeURIComponent(cursor)}`;
    const page = await api.get<{ events: (Event & { cursor: string })[]; next_cursor: string | null }>(
      `/v1/events?limit=1000${from}`,
    );
    events.push(...page.events);
    cursor = page.events.at(-1)?.cursor ?? cursor;
    if (page.next_cursor === null || page.events.length === 0) return { events, cursor };
  }
}

function told(number: number, date: Date, tiers: Tiers, events: readonly Event[]): WeekTold {
  const moved: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  for (const { type, data } of events) {
    if (type !== 'memory.tier_changed') continue;
    count(moved, `${data.from} to ${data.to}`);
    count(reasons, data.reason ?? '');
  }
  const expired = events.filter(({ type }) => type === 'memory.expired').length;
  return { week: number + 1, date: date.toISOString().slice(0, 10), tiers, moved, reasons, expired };
}

/** What was long ago is asked for again, often enough to be lifted. */
async function recall(api: Api, now: Date): Promise<void> {
  const longAgo = new Date(now.getTime() - LONG_AGO_DAYS * DAY_MS).toISOString();
  for (const question of QUESTIONS) {
    const query = { ...question, created_before: longAgo, limit: 1, mode: 'lexical' };
    for (let times = 0; times < USES_THAT_LIFT; times += 1) await api.post('/v1/search', query);
  }
}

async function live(api: Api, number: number, now: Date): Promise<void> {
  await api.post('/v1/memories/batch', { memories: week(number, now) });
  await recall(api, now);
  if (number !== POLICY_WEEK) return;
  const params = { criteria: { min_priority: 5 }, on_fail: 'archive' };
  await api.post(`/v1/agents/${POLICY_AGENT}/control`, { action: 'set_retention', params });
}

export interface Lived {
  weeks: number;
  stored: number;
  expired: number;
  /** How many moves went up by use. */
  lifted: number;
}

export async function liveYears({ api, clock, weeks, told: tell }: Life): Promise<Lived> {
  let { cursor } = await eventsAfter(api, null);
  let expired = 0;
  let lifted = 0;
  for (let number = 0; number < weeks; number += 1) {
    clock.advance(DAYS_A_WEEK);
    await live(api, number, clock.now());
    await api.post('/_local/run/migrate-tiers');
    const page = await eventsAfter(api, cursor);
    cursor = page.cursor;
    const { tier_distribution: tiers } = await api.get<Stats>('/v1/stats');
    const line = told(number, clock.now(), tiers, page.events);
    expired += line.expired;
    lifted += line.reasons.use ?? 0;
    tell(line);
  }
  return { weeks, stored: weeks * PER_WEEK, expired, lifted };
}

/** In the end all that was not meant to expire is there, indexed, and found. */
export async function takeStock(api: Api, before: number, lived: Lived): Promise<Stats> {
  await until('every memory indexed', INDEXED_WITHIN_MS, async () => {
    return (await api.get<Stats>('/v1/stats')).index.pending === 0;
  });
  const stats = await api.get<Stats>('/v1/stats');
  must(lived.weeks < WEEKS_TO_RISE || lived.lifted > 0, 'a memory that was asked for again and rose a tier');
  const expected = before + lived.stored - lived.expired;
  must(stats.total_memories === expected, `${expected} memories, not ${stats.total_memories}`);
  return stats;
}
