/** What is asked for: kept in the address, and said as a search or as a list. Pure. */
import type { Query } from '../../api/client.ts';
import type { SearchBody } from '../../api/memories.ts';
import { MEMORY_TYPES, type MemoryType, TIERS, type Tier } from '../../api/types.ts';

export const MODES = ['hybrid', 'lexical', 'semantic'] as const;
export type Mode = (typeof MODES)[number];
export const ORDERS = ['-created_at', 'created_at', '-updated_at', '-priority', 'priority'] as const;
export type Order = (typeof ORDERS)[number];

export interface Filters {
  query: string;
  agent: string;
  user: string;
  types: MemoryType[];
  tiers: Tier[];
  mode: Mode;
  minConfidence: number;
  minPriority: number;
  order: Order;
}

export const NO_FILTERS: Filters = {
  query: '',
  agent: '',
  user: '',
  types: [],
  tiers: [],
  mode: 'hybrid',
  minConfidence: 0,
  minPriority: 0,
  order: '-created_at',
};

const SEARCH_LIMIT = 50;
const PAGE = 50;

const among = <T extends string>(options: readonly T[], text: string | null): T[] =>
  (text ?? '').split(',').filter((part): part is T => options.some((option) => option === part));
const within = (text: string | null, max: number): number => {
  const value = Number(text ?? 0);
  return Number.isFinite(value) ? Math.min(max, Math.max(0, value)) : 0;
};

export function readFilters(params: URLSearchParams): Filters {
  return {
    query: params.get('q') ?? '',
    agent: params.get('agent') ?? '',
    user: params.get('user') ?? '',
    types: among(MEMORY_TYPES, params.get('types')),
    tiers: among(TIERS, params.get('tiers')),
    mode: among(MODES, params.get('mode'))[0] ?? NO_FILTERS.mode,
    minConfidence: within(params.get('min_confidence'), 1),
    minPriority: within(params.get('min_priority'), 10),
    order: among(ORDERS, params.get('order'))[0] ?? NO_FILTERS.order,
  };
}

/** Defaults are left out of the address. */
export function writeFilters(filters: Filters): Record<string, string | undefined> {
  return {
    q: filters.query,
    agent: filters.agent,
    user: filters.user,
    types: filters.types.join(','),
    tiers: filters.tiers.join(','),
    mode: filters.mode === NO_FILTERS.mode ? undefined : filters.mode,
    min_confidence: filters.minConfidence === 0 ? undefined : String(filters.minConfidence),
    min_priority: filters.minPriority === 0 ? undefined : String(filters.minPriority),
    order: filters.order === NO_FILTERS.order ? undefined : filters.order,
  };
}

/** How many narrow the answer. */
export const countFilters = ({ agent, user, types, tiers, minConfidence, minPriority }: Filters): number =>
  [agent !== '', user !== '', types.length > 0, tiers.length > 0, minConfidence > 0, minPriority > 0].filter(Boolean)
    .length;

/**
 * A list pages through everything, but knows one type, one tier and no minimum. All else without a query is a search for nothing in
 * particular, which answers by priority.
 */
export type Asked = { as: 'list'; query: Query } | { as: 'search'; body: SearchBody };

export function ask(filters: Filters): Asked {
  const { query, agent, user, types, tiers, mode, minConfidence, minPriority, order } = filters;
  const isListable = types.length <= 1 && tiers.length <= 1 && minConfidence === 0 && minPriority === 0;
  if (query.trim() === '' && isListable) {
    const [type] = types;
    const [tier] = tiers;
    return { as: 'list', query: { agent_id: agent.trim(), user_id: user.trim(), type, tier, order, limit: PAGE } };
  }
  return {
    as: 'search',
    body: {
      query: query.trim(),
      agent_id: agent.trim() || null,
      user_id: user.trim() || null,
      types,
      tiers,
      min_confidence: minConfidence,
      min_priority: minPriority,
      mode,
      limit: SEARCH_LIMIT,
      explain: true,
    },
  };
}
