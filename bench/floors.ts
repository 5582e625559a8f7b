/**
 * The floors: what the engine itself costs through its plain client, doing the least that the operation needs and nothing of ours:
 * no event log, no hash, no guard, no checks. Same process, same connections, same front, measured in turn with the operation.
 */
import { randomUUID } from 'node:crypto';
import { collectionName } from '@auren/memory/keys.ts';
import { EVENT_COLUMNS, EVENT_RECORDSET } from '@auren/memory/log/event-rows.ts';
import type { MemoryRecord } from '@auren/memory/memory.ts';
import { augment } from '@auren/memory/search/partition-vector.ts';
import { neon, neonConfig } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis';
import { ChromaClient } from 'chromadb';
import type { Stage } from './stage.ts';

const KEPT_IN_REDIS = 500;
const NEAREST = 50;
const FOUND_MAX = 20;

const SETTINGS = "select set_config('auren.tenant', $1, true)";
const INSERT_EVENTS = `insert into auren.events (tenant_id, ${EVENT_COLUMNS})
  select $1, e.* from jsonb_to_recordset($2::jsonb) as e (${EVENT_RECORDSET})`;
const INSERT_ROWS = `insert into auren.memories (tenant_id, id, agent_id, user_id, visibility, type, priority, confidence, metadata, source,
    tier, tier_since, pinned, dual_stored, version, seq, content_seq, head_hash, created_at, updated_at, partition, tsv, doc_len)
  select $1, r.id, r.agent_id, r.user_id, 'user', r.type, 5, 0.7, r.metadata, 'agent', 'hot', r.at, false, false, 1, 1, 1, '', r.at, r.at,
    'user:' || r.user_id, to_tsvector('english', r.text), 20
  from jsonb_to_recordset($2::jsonb) as r (id text, agent_id text, user_id text, type text, metadata jsonb, at timestamptz, text text)`;
const SELECT_ONE = 'select * from auren.memories where tenant_id = $1 and id = $2';
const SELECT_WORDS = `select id, tier, content from auren.memories
  where tenant_id = $1 and user_id = $2 and tsv @@ $3::tsquery limit ${FOUND_MAX}`;

export interface Floors {
  redisGet(n: number): Promise<void>;
  redisGetMany(count: number): Promise<void>;
  postgresGet(id: string): Promise<void>;
  chromaGet(ids: string[]): Promise<void>;
  /** One transaction: settings, event rows, catalog rows. */
  postgresInsert(count: number): Promise<void>;
  postgresWords(query: string, userId: string): Promise<void>;
  chromaNearest(vector: Float32Array, userId: string): Promise<void>;
}

export async function openFloors({ env, reads, embedder }: Stage, likeThese: MemoryRecord[]): Promise<Floors> {
  const redis = new Redis({
    url: env.UPSTASH_REDIS_REST_URL,
    token: env.UPSTASH_REDIS_REST_TOKEN,
    automaticDeserialization: false,
    responseEncoding: false,
    enableTelemetry: false,
  });
  const names = likeThese.slice(0, KEPT_IN_REDIS).map((_, index) => `bench:floor:${index}`);
  await redis.mset(Object.fromEntries(names.map((name, index) => [name, JSON.stringify(likeThese[index])])));

  neonConfig.fetchEndpoint = env.AUREN_NEON_ENDPOINT;
  const sql = neon(env.DATABASE_URL);
  const { hostname, port } = new URL(env.CHROMA_URL);
  const chroma = new ChromaClient({ host: hostname, port: Number(port), ssl: false });
  const found = await chroma.getCollection({ name: collectionName(reads.id, embedder.model) });
  // The handle that our adapter uses as well: without an embedding function to look for.
  const vectors = chroma.collection(found.id);
  const [example] = likeThese;
  if (example === undefined) throw new Error('there is nothing to shape the floors by');

  return {
    async redisGet(n) {
      expect(await redis.get(names[n % names.length] ?? ''), 'redis get');
    },
    async redisGetMany(count) {
      const wanted = Array.from({ length: count }, (_, index) => names[index % names.length] ?? '');
      expect(
        (await redis.mget(...wanted)).every((record) => record !== null),
        'redis mget',
      );
    },
    async postgresGet(id) {
      expect((await sql.query(SELECT_ONE, [reads.id, id])).length === 1, 'select of one row');
    },
    async chromaGet(ids) {
      expect((await vectors.get({ ids, include: ['documents', 'metadatas'] })).ids.length, 'chroma get');
    },
    async postgresInsert(count) {
      const rows = Array.from({ length: count }, () => bareRow(example));
      const tenant = 'floor';
      const results = await sql.transaction([
        sql.query(SETTINGS, [tenant]),
        sql.query(INSERT_EVENTS, [tenant, JSON.stringify(rows.map(({ event }) => event))]),
        sql.query(INSERT_ROWS, [tenant, JSON.stringify(rows.map(({ row }) => row))]),
      ]);
      expect(results.length === 3, 'bare insert');
    },
    async postgresWords(query, userId) {
      const words = query.split(/\W+/).filter(Boolean).join(' | ');
      expect((await sql.query(SELECT_WORDS, [reads.id, userId, words])).length, 'words');
    },
    async chromaNearest(vector, userId) {
      const queryEmbeddings = [augment(vector, `user:${userId}`)];
      const include: ('metadatas' | 'distances')[] = ['metadatas', 'distances'];
      expect((await vectors.query({ queryEmbeddings, nResults: NEAREST, include })).ids[0]?.length, 'nearest');
    },
  };
}

function expect(outcome: unknown, what: string): void {
  if (!outcome) throw new Error(`floor: ${what} found nothing`);
}

function bareRow({ agentId, userId, type, metadata, content, createdAt: at, headHash }: MemoryRecord) {
  const id = randomUUID();
  const event = {
    stream_id: id,
    seq: 1,
    id,
    type: 'memory.stored',
    schema_version: 1,
    at,
    actor: 'floor',
    request_id: 'bench',
    data: {},
    payload: { agentId, userId, type, metadata, content, createdAt: at },
    payload_hash: headHash,
    prev_hash: headHash,
    hash: headHash,
  };
  return { event, row: { id, agent_id: agentId, user_id: userId, type, metadata, at, text: content.text } };
}
