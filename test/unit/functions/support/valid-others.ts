/** The least and the fullest requests to search, control, count, follow and administer, and what the domain is called with. */
import { expect } from 'vitest';
import type { RouteName } from '../../../../functions/routes.ts';
import { MEMORY_ID, SPACE_ID } from './requests.ts';
import type { Case } from './valid-memories.ts';

const FULL_SEARCH = {
  query: 'HRV optimization strategies',
  user_id: 'user_123',
  agent_id: 'neuroscientist',
  space_ids: ['space_1'],
  types: ['FACT', 'insight'],
  tiers: ['cold'],
  metadata: { turn: 3 },
  min_confidence: 0.2,
  min_priority: 1,
  created_after: '2024-01-01T00:00:00Z',
  created_before: null,
  include_semantic: true,
  mode: 'semantic',
  limit: 100,
  explain: true,
  as_of: null,
};
const SEARCH_DEFAULTS = {
  query: '',
  userId: null,
  agentId: null,
  spaceIds: [],
  types: [],
  tiers: [],
  metadata: {},
  minConfidence: 0,
  minPriority: 0,
  createdAfter: null,
  createdBefore: null,
  mode: 'hybrid',
  limit: 20,
  explain: false,
  asOf: null,
};
const RETENTION = { criteria: { min_priority: 7, max_age_days: 30, score_threshold: 2 }, on_fail: 'forget' };
const DOMAIN_RETENTION = {
  action: 'set_retention',
  criteria: { minPriority: 7, maxAgeDays: 30 },
  scoreThreshold: 2,
  onFail: 'forget',
};

const ids = [MEMORY_ID];

export const OTHER_CASES = {
  'search-memories': [
    { request: { body: {} }, called: [SEARCH_DEFAULTS] },
    {
      request: { body: FULL_SEARCH },
      called: [
        {
          query: 'HRV optimization strategies',
          userId: 'user_123',
          agentId: 'neuroscientist',
          spaceIds: ['space_1'],
          types: ['fact', 'insight'],
          tiers: ['cold'],
          metadata: { turn: 3 },
          minConfidence: 0.2,
          minPriority: 1,
          createdAfter: '2024-01-01T00:00:00.000Z',
          createdBefore: null,
          mode: 'semantic',
          limit: 100,
          explain: true,
          asOf: null,
        },
      ],
    },
    { request: { body: { include_semantic: false } }, called: [{ ...SEARCH_DEFAULTS, mode: 'lexical' }] },
    {
      request: { body: { agent_id: 'another' }, agentId: 'bound' },
      called: [{ ...SEARCH_DEFAULTS, agentId: 'another' }],
    },
  ],
  'control-memories': [
    {
      request: { body: { action: 'set_retention', params: { criteria: { min_priority: 1 } } } },
      called: [
        'neuroscientist',
        { action: 'set_retention', criteria: { minPriority: 1 }, onFail: 'demote', simulate: false, queries: [] },
        {},
      ],
    },
    {
      request: {
        body: { action: 'set_retention', params: { ...RETENTION, simulate: true, queries: [{ query: 'q' }] } },
      },
      called: [
        'neuroscientist',
        { ...DOMAIN_RETENTION, simulate: true, queries: [{ ...SEARCH_DEFAULTS, query: 'q' }] },
        {},
      ],
    },
    {
      request: { body: { action: 'set_retention', params: { ...RETENTION, confirm_count: 0 }, reason: 'tidy' } },
      called: [
        'neuroscientist',
        { ...DOMAIN_RETENTION, simulate: false, queries: [], confirmCount: 0 },
        { reason: 'tidy' },
      ],
    },
    {
      request: { body: { action: 'prioritize', params: { memory_ids: ids } } },
      called: ['neuroscientist', { action: 'prioritize', memoryIds: ids, boostFactor: 1.5 }, {}],
    },
    ...(['pin', 'unpin', 'archive', 'demote', 'promote', 'forget'] as const).map((action) => ({
      request: { body: { action, params: { memory_ids: ids } } },
      called: ['neuroscientist', { action, memoryIds: ids }, {}],
    })),
  ],
  'get-policy': [{ called: ['neuroscientist'] }],
  'clear-policy': [{ called: ['neuroscientist'] }],
  'get-stats': [{ called: [{}] }, { request: { query: 'user_id=u' }, called: [{ userId: 'u' }] }],
  'get-agent-stats': [{ called: [{ agentId: 'neuroscientist' }] }],
  'list-agents': [
    { called: [{ limit: 50 }] },
    { request: { query: 'limit=1&cursor=c' }, called: [{ limit: 1, cursor: 'c' }] },
  ],
  'erase-user': [
    { called: ['neuroscientist', { deadline: expect.any(Date) }] },
    {
      request: { path: { user_id: 'user 1' }, query: 'reason=asked' },
      called: ['user 1', { deadline: expect.any(Date), reason: 'asked' }],
    },
  ],
  'export-user': [
    { called: ['neuroscientist', { limit: 200 }, expect.any(Number)] },
    {
      request: { query: 'limit=1&cursor=c' },
      called: ['neuroscientist', { limit: 1, cursor: 'c' }, expect.any(Number)],
    },
  ],
  'list-events': [
    { called: [{ order: 'asc', limit: 100, filter: {} }] },
    {
      request: {
        query: `before=c&order=desc&limit=1000&agent_ids=a,b&agent_ids=c&user_ids=u&space_ids=s&memory_ids=${MEMORY_ID}&types=fact,INSIGHT&tiers=hot,cold&events=memory.*,policy.set&min_priority=2.5&min_confidence=0.5`,
      },
      called: [
        {
          before: 'c',
          order: 'desc',
          limit: 1_000,
          filter: {
            agentIds: ['a', 'b', 'c'],
            userIds: ['u'],
            spaceIds: ['s'],
            memoryIds: ids,
            types: ['fact', 'insight'],
            tiers: ['hot', 'cold'],
            events: ['memory.*', 'policy.set'],
            minPriority: 2.5,
            minConfidence: 0.5,
          },
        },
      ],
    },
  ],
  'create-ticket': [{ request: {}, called: [] }],
  'create-key': [
    { request: { body: { scopes: ['memories:read'] } }, called: [{ scopes: ['memories:read'] }] },
    {
      request: { body: { scopes: ['admin'], agent_id: 'a', name: 'n', expires_at: '2030-01-01T00:00:00Z' } },
      called: [{ scopes: ['admin'], agentId: 'a', name: 'n', expiresAt: '2030-01-01T00:00:00.000Z' }],
    },
    {
      request: { body: { scopes: ['memories:read'] }, agentId: 'bound' },
      called: [{ scopes: ['memories:read'], agentId: 'bound' }],
    },
  ],
  'list-keys': [{ called: [{ limit: 50 }] }],
  'revoke-key': [{ request: { path: { id: 'key_2' } }, called: ['key_2'] }],
  'create-space': [
    { request: { body: { name: 'Lab' } }, called: [{ name: 'Lab', members: [] }, undefined] },
    {
      request: {
        body: { name: 'Lab', members: [{ agent_id: 'a', role: 'reader' }] },
        headers: { 'idempotency-key': 'k' },
      },
      called: [
        { name: 'Lab', members: [{ agentId: 'a', role: 'reader' }] },
        { key: 'k', fingerprint: expect.any(String) },
      ],
    },
  ],
  'list-spaces': [
    { called: [{ limit: 50 }] },
    { request: { query: 'limit=1&cursor=c' }, called: [{ limit: 1, cursor: 'c' }] },
  ],
  'set-member': [
    { request: { body: { role: 'reader' } }, called: [SPACE_ID, { agentId: 'neuroscientist', role: 'reader' }] },
    {
      request: { body: { role: 'writer' }, agentId: 'another' },
      called: [SPACE_ID, { agentId: 'neuroscientist', role: 'writer' }],
    },
  ],
  'remove-member': [
    { called: [SPACE_ID, 'neuroscientist'] },
    { request: { agentId: 'another' }, called: [SPACE_ID, 'neuroscientist'] },
  ],
  'delete-space': [{ called: [SPACE_ID] }],
  health: [{ called: [] }],
  openapi: [{}],
  docs: [{}],
} satisfies Partial<Record<RouteName, Case[]>>;
