/** The least and the fullest requests to store, read and change memories, and what the domain is called with. */
import { expect } from 'vitest';
import type { RouteName } from '../../../../functions/routes.ts';
import { MEMORY_ID, type RequestOptions } from './requests.ts';

export interface Case {
  request?: RequestOptions;
  /** What the domain is called with after the caller. */
  called?: unknown[];
  status?: number;
}

const FULL_DRAFT = {
  agent_id: 'neuroscientist',
  user_id: 'user_123',
  space_id: 'space_1',
  visibility: 'space',
  key: 'sleep-summary',
  type: 'Analysis',
  content: { finding: 'x', nested: { list: [1, 'a', null, true] } },
  confidence: 0.85,
  priority: 7.5,
  metadata: { session_id: 's1', turn: 3, verified: true },
  source: 'tool',
  pinned: true,
  created_at: '2024-06-01T10:30:00+02:00',
  ttl_seconds: 3_600,
};

const ids = [MEMORY_ID];
const minimal = { agent_id: 'a', type: 'fact', content: 'a text' };
const domainMinimal = { agentId: 'a', type: 'fact', content: { text: 'a text' } };

export const MEMORY_CASES = {
  'store-memory': [
    { request: { body: minimal }, called: [domainMinimal, undefined] },
    {
      request: { body: FULL_DRAFT },
      called: [
        {
          agentId: 'neuroscientist',
          userId: 'user_123',
          spaceId: 'space_1',
          visibility: 'space',
          key: 'sleep-summary',
          type: 'analysis',
          content: FULL_DRAFT.content,
          confidence: 0.85,
          priority: 7.5,
          metadata: FULL_DRAFT.metadata,
          source: 'tool',
          pinned: true,
          createdAt: '2024-06-01T08:30:00.000Z',
          ttlSeconds: 3_600,
        },
        undefined,
      ],
    },
    {
      request: { body: { type: 'fact', content: {} }, agentId: 'bound' },
      called: [{ agentId: 'bound', type: 'fact', content: {} }, undefined],
    },
    {
      request: { body: { ...minimal, user_id: null, space_id: null, key: null } },
      called: [{ ...domainMinimal, userId: null, spaceId: null, key: null }, undefined],
    },
  ],
  'store-batch': [
    { request: { body: { memories: [minimal] } }, called: [[domainMinimal], undefined] },
    { request: { body: { memories: Array.from({ length: 500 }, () => minimal) } } },
    {
      request: {
        body: {
          memories: [
            { ...minimal, key: 'k' },
            { ...minimal, key: 'k', user_id: 'u' },
          ],
        },
      },
    },
  ],
  'get-memories': [{ request: { body: { ids } }, called: [ids, 3_800_000] }],
  'list-memories': [
    { called: [{ order: '-created_at', limit: 50 }, 3_800_000] },
    {
      request: {
        query:
          'user_id=u+1&agent_id=a%2Fb&space_id=s&key=k&type=FACT&tier=warm&metadata.turn=3&metadata.tag=%223%22&metadata.ok=true' +
          '&created_after=2024-01-01T00:00:00Z&created_before=2025-01-01T00:00:00%2B01:00&as_of=2024-06-01T00:00:00Z&order=-priority&limit=200&cursor=abc',
      },
      called: [
        {
          userId: 'u 1',
          agentId: 'a/b',
          spaceId: 's',
          key: 'k',
          type: 'fact',
          tier: 'warm',
          metadata: { turn: 3, tag: '3', ok: true },
          createdAfter: '2024-01-01T00:00:00.000Z',
          createdBefore: '2024-12-31T23:00:00.000Z',
          asOf: '2024-06-01T00:00:00.000Z',
          order: '-priority',
          limit: 200,
          cursor: 'abc',
        },
        3_800_000,
      ],
    },
  ],
  'retrieve-memory': [
    { called: [MEMORY_ID, {}] },
    { request: { query: 'as_of=2025-01-01T00:00:00Z' }, called: [MEMORY_ID, { asOf: '2025-01-01T00:00:00.000Z' }] },
  ],
  'update-memory': [
    { request: { body: { priority: 9 } }, called: [MEMORY_ID, { priority: 9 }, {}] },
    {
      request: {
        headers: { 'if-match': '"3"' },
        body: {
          content: 'new',
          metadata: { gone: null, kept: 'v' },
          priority: 0,
          confidence: 1,
          type: 'Decision',
          pinned: false,
          visibility: 'agent',
          space_id: null,
          ttl_seconds: null,
          reason: 'corrected',
        },
      },
      called: [
        MEMORY_ID,
        {
          content: { text: 'new' },
          metadata: { gone: null, kept: 'v' },
          priority: 0,
          confidence: 1,
          type: 'decision',
          pinned: false,
          visibility: 'agent',
          spaceId: null,
          ttlSeconds: null,
        },
        { ifMatch: 3, reason: 'corrected' },
      ],
    },
  ],
  'delete-memory': [
    { called: [MEMORY_ID, {}] },
    { request: { query: 'reason=no%20longer%20true' }, called: [MEMORY_ID, { reason: 'no longer true' }] },
  ],
  'memory-history': [{ called: [MEMORY_ID] }],
  'related-memories': [
    { called: [MEMORY_ID, { limit: 10, crossUser: false }] },
    { request: { query: 'limit=50&cross_user=true' }, called: [MEMORY_ID, { limit: 50, crossUser: true }] },
  ],
  'find-patterns': [
    {
      request: { body: {} },
      called: [{ minClusterSize: 3, minSimilarity: 0.7, storeInsights: false }, undefined],
    },
    {
      request: {
        body: { user_id: 'u', agent_id: 'a', min_cluster_size: 5, min_similarity: 0.8, store_insights: true },
        headers: { 'idempotency-key': 'k' },
      },
      called: [
        { userId: 'u', agentId: 'a', minClusterSize: 5, minSimilarity: 0.8, storeInsights: true },
        { key: 'k', fingerprint: expect.any(String) },
      ],
    },
    {
      request: { body: { user_id: null, agent_id: null } },
      called: [{ minClusterSize: 3, minSimilarity: 0.7, storeInsights: false }, undefined],
    },
  ],
  'list-patterns': [
    { called: [{ limit: 20 }] },
    {
      request: { query: 'user_id=u&agent_id=a&limit=50&cursor=c' },
      called: [{ userId: 'u', agentId: 'a', limit: 50, cursor: 'c' }],
    },
  ],
  'get-map': [
    { called: [{}] },
    { request: { query: 'user_id=u&agent_id=a' }, called: [{ userId: 'u', agentId: 'a' }] },
  ],
  'memory-retention': [{ called: [MEMORY_ID] }],
} satisfies Partial<Record<RouteName, Case[]>>;
