/** The domain as a function sees it, with fixed answers, and the calls that it got. */
import type { AurenMemory, History } from '../../../../layers/memory/memory.ts';
import type { PlacedEvent } from '../../../../layers/memory/model/event.ts';
import { aMemory, anEvent } from '../../../support/builders.ts';

export interface FakeMemory {
  memory: AurenMemory;
  calls: { method: string; arguments: unknown[] }[];
}

const AT = '2025-06-01T08:30:00.000Z';

export const anApiKey = {
  id: 'key_2',
  scopes: ['memories:read' as const],
  agentId: null,
  name: 'dashboard',
  createdAt: AT,
  expiresAt: null,
  revokedAt: null,
};

export const aSpace = {
  id: `spc_${'0'.repeat(32)}`,
  name: 'Lab',
  createdAt: AT,
  members: [{ agentId: 'neuroscientist', role: 'writer' as const }],
};

export const aPlacedEvent = (): PlacedEvent => ({
  ...anEvent({ tenantId: 'tenant-a', streamId: 'policy:neuroscientist', at: AT, agentId: 'neuroscientist' }),
  cursor: 'c1',
});

export const aPattern = {
  id: `pat_${'0'.repeat(32)}`,
  label: 'sleep, bedroom, evening',
  terms: ['sleep', 'bedroom', 'evening'],
  size: 3,
  cohesion: 0.8,
  dominantType: 'fact' as const,
  averageConfidence: 0.7,
  agents: ['neuroscientist'],
  users: [],
  crossDomain: false,
  memories: [{ id: 'mem_1', similarity: 0.8 }],
  discoveredAt: AT,
};

const aPoint = { memoryId: 'mem_1', x: -1, y: 0.5, type: 'fact' as const, tier: 'hot' as const, patternId: null };

const engine = { ok: true, latencyMs: 1.5 };
const tiers = { hot: 1, warm: 0, cold: 0 };

const ERASED = { hot: 1, warm: 0, cold: 0, index: 1, events: 2, queries: 0, patterns: 0, idempotency: 0 };
const aCertificate = {
  id: 'era_1',
  user_id: 'user_123',
  requested_at: AT,
  completed_at: AT,
  counts: ERASED,
  chain: { verified: true, memories: 1 },
  covers: ['memories'],
  does_not_cover: [{ what: 'backups', until: 'they expire' }],
  signature: 'ab12',
};

/** What each method answers; a test overrides what it is about. */
const answers = (): AurenMemory => ({
  store: async () => ({ memory: aMemory(), created: true, replayed: false }),
  storeBatch: async (_, drafts) => ({ memories: drafts.map(() => aMemory()), replayed: false }),
  retrieve: async (_, id) => aMemory({ id, version: 3, tier: 'warm' }),
  getMany: async (_, ids) => ({ memories: [aMemory()], missing: ids, remaining: [] }),
  list: async () => ({ items: [aMemory()], nextCursor: 'next' }),
  update: async (_, id) => aMemory({ id, version: 4 }),
  delete: async () => undefined,
  history: async (): Promise<History> => ({
    events: [{ ...aPlacedEvent(), changes: { priority: { from: 5, to: 7 } } }],
    verified: true,
  }),
  related: async () => [{ memory: aMemory(), score: 0.5 }],
  discover: async () => ({ patterns: [aPattern], replayed: false }),
  patterns: async () => ({ items: [aPattern], nextCursor: null }),
  map: async () => [aPoint],
  retention: async () => ({ score: 1.5, parts: { use: 1, age: -1 }, points: [{ at: AT, score: 1.5 }] }),
  search: async () => ({
    results: [{ memory: aMemory(), score: 0.83, explain: { lexical: 0.5 } }],
    tookMs: 3,
    degraded: [],
    truncated: false,
  }),
  control: async (_, __, action) => ({ body: { action: action.action, updated_count: 1 }, replayed: false }),
  policy: async () => ({
    id: 'pol_1',
    criteria: { minPriority: 7 },
    scoreThreshold: 1,
    onFail: 'demote',
    setAt: AT,
    seq: 1,
    headHash: 'h',
  }),
  clearPolicy: async () => undefined,
  stats: async () => ({
    total_memories: 1,
    tier_distribution: tiers,
    dual_stored: 0,
    pinned: 0,
    by_type: { analysis: 1 },
    by_agent: { neuroscientist: 1 },
  }),
  agents: async () => ({ items: [{ id: 'neuroscientist', total: 1, tiers, lastActiveAt: AT }], nextCursor: null }),
  erase: async () => ({ erased: ERASED, certificate: aCertificate }),
  exportPerson: async () => ({
    items: [
      { kind: 'memory', memory: aMemory() },
      { kind: 'event', event: { ...aPlacedEvent(), payload: { expiresAt: AT } } },
      { kind: 'usage', data: { access_count: 1 } },
    ],
    nextCursor: 'next',
  }),
  events: async () => ({ events: [aPlacedEvent()], nextCursor: null }),
  createKey: async () => ({ key: anApiKey, apiKey: 'auren_local_secret' }),
  listKeys: async () => ({ items: [anApiKey], nextCursor: null }),
  revokeKey: async () => undefined,
  createTicket: async () => ({ ticket: 'a-ticket', expiresAt: AT }),
  createSpace: async () => ({ space: aSpace, replayed: false }),
  listSpaces: async () => ({ items: [aSpace], nextCursor: null }),
  setMember: async (_, __, member) => member,
  removeMember: async () => undefined,
  deleteSpace: async () => undefined,
  health: async () => ({ status: 'ok', engines: { postgres: engine, redis: engine, chroma: engine } }),
});

export function fakeMemory(overrides: Partial<AurenMemory> = {}): FakeMemory {
  const calls: FakeMemory['calls'] = [];
  const recorded = Object.entries({ ...answers(), ...overrides }).map(([method, answer]) => [
    method,
    (...args: unknown[]) => {
      calls.push({ method, arguments: args });
      return Reflect.apply(answer, undefined, args);
    },
  ]);
  return { memory: Object.fromEntries(recorded), calls };
}
