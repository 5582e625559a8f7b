/** What the live feed shows: chosen values, the server's filter made of them, and the same question asked of one event. Pure. */
import type { FeedFilter } from '../../../../sdk/wire.ts';
import type { FeedEvent, MemoryType, Tier } from '../../api/types.ts';

export const KINDS = {
  stored: ['memory.stored'],
  changed: ['memory.updated', 'memory.prioritized', 'memory.retained'],
  moved: ['memory.tier_changed'],
  ended: ['memory.expired', 'memory.deleted', 'memory.erased'],
  used: ['memory.retrieved', 'memory.searched'],
  governed: ['policy.*', 'space.*', 'key.*', 'pattern.*'],
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

export interface Chosen {
  kinds: readonly Kind[];
  types: readonly MemoryType[];
  tiers: readonly Tier[];
  agents: readonly string[];
  users: readonly string[];
}

export const EVERYTHING: Chosen = { kinds: [], types: [], tiers: [], agents: [], users: [] };

/** Live only: the log does not know them, so that they are not asked for over HTTP. */
const LIVE_ONLY = new Set<string>(['memory.retrieved', 'memory.searched']);

export const eventNames = ({ kinds }: Chosen): string[] => kinds.flatMap((kind) => [...KINDS[kind]]);

const withoutEmpty = (filter: FeedFilter): FeedFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => !Array.isArray(value) || value.length > 0));

export const socketFilter = (chosen: Chosen): FeedFilter =>
  withoutEmpty({
    events: eventNames(chosen),
    types: [...chosen.types],
    tiers: [...chosen.tiers],
    agent_ids: [...chosen.agents],
    user_ids: [...chosen.users],
  });

/** Null where nothing of what is chosen is in the log. */
export function logFilter(chosen: Chosen): FeedFilter | null {
  const names = eventNames(chosen);
  const logged = names.filter((name) => !LIVE_ONLY.has(name));
  return names.length > 0 && logged.length === 0 ? null : { ...socketFilter(chosen), events: logged };
}

const among = (values: readonly string[], value: string | null) =>
  values.length === 0 || (value !== null && values.includes(value));

const namedBy = (names: readonly string[], type: string) =>
  names.length === 0 ||
  names.some((name) => name === type || (name.endsWith('.*') && type.startsWith(name.slice(0, -1))));

/** Whether the event is shown. Metrics are figures, not something that happened. */
export const passes = (chosen: Chosen, event: FeedEvent): boolean =>
  event.type !== 'metrics' &&
  namedBy(eventNames(chosen), event.type) &&
  among(chosen.types, event.memory_type) &&
  among(chosen.tiers, event.tier) &&
  among(chosen.agents, event.agent_id) &&
  among(chosen.users, event.user_id);

/** `kitchen, sleep-coach` -> both names. */
export const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
