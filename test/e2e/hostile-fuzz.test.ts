/** Random requests, a bounded number of them: whatever comes in, the answer is one of the contract's, never a fault of ours. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client } from '../support/http.ts';
import { UNKNOWN_MEMORY } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const RUNS = 150;

let stack: TestStack;
let api: Client;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

/** Text as it comes from anywhere: any Unicode, what SQL, tsquery and LIKE read as syntax, and what only looks like a value. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    "'; drop table memories; --",
    '\\',
    '%_',
    "a & | ! ( ) <-> 'b':*",
    '{}',
    '$1',
    '\ud800',
    '\0',
    '__proto__',
    '',
  ),
);
const anything = fc.oneof({ weight: 3, arbitrary: text }, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.integer());
/** A value that fits; now and then anything at all. Requests of many fields would otherwise never get past the door. */
const mostly = <T>(fitting: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: fitting }, { weight: 1, arbitrary: anything });
const some = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Text that may be stored: well-formed, without NUL. */
const storable = text.filter((candidate) => candidate.isWellFormed() && !candidate.includes('\0'));
const name = fc.constantFrom('me', 'ann', 'Ω-agent', "o'brien", 'a%b', '\\', '"; --', '$1', '{a}', '🗼');
const type = fc.constantFrom('fact', 'INSIGHT', 'decision');
const content = fc.oneof(storable, fc.dictionary(storable, fc.oneof(storable, fc.jsonValue({ maxDepth: 2 }))));
const label = fc.constantFrom('a', 'b', 'session id', 'ключ', "k'");
const metadata = fc.dictionary(label, fc.oneof(storable, fc.boolean(), between(-1e9, 1e9)), { maxKeys: 4 });
const LATEST = new Date('2026-01-01T00:00:00Z');
const time = fc
  .date({ min: new Date('1950-01-01T00:00:00Z'), max: LATEST, noInvalidDate: true })
  .map((date) => date.toJSON());

const draft = fc.record(
  {
    agent_id: mostly(name),
    type: mostly(type),
    content: mostly(content),
    user_id: mostly(name),
    key: mostly(name),
    visibility: mostly(fc.constant('agent')),
    confidence: mostly(between(0, 1)),
    priority: mostly(between(0, 10)),
    metadata: mostly(metadata),
    created_at: mostly(time),
    ttl_seconds: mostly(fc.integer({ min: 1, max: 1_000_000 })),
  },
  { requiredKeys: ['agent_id', 'type', 'content'] },
);

const search = some({
  query: mostly(storable),
  user_id: mostly(name),
  agent_id: mostly(name),
  types: mostly(fc.array(type, { maxLength: 3 })),
  tiers: mostly(fc.subarray(['hot', 'warm', 'cold'])),
  metadata: mostly(metadata),
  min_priority: mostly(between(0, 10)),
  created_after: mostly(time),
  mode: mostly(fc.constantFrom('hybrid', 'lexical', 'semantic')),
  limit: mostly(fc.integer({ min: 1, max: 100 })),
  explain: mostly(fc.boolean()),
});

const memory_ids = mostly(fc.array(fc.constant(UNKNOWN_MEMORY), { minLength: 1, maxLength: 3 }));
const criteria = fc.record(
  {
    min_priority: mostly(between(0, 10)),
    max_age_days: mostly(between(0.1, 1_000)),
    score_threshold: mostly(fc.constant(1)),
  },
  { requiredKeys: ['min_priority'] },
);
const reason = mostly(storable.filter((candidate) => candidate !== ''));
const control = fc.oneof(
  fc.record({
    action: mostly(fc.constantFrom('pin', 'unpin', 'archive', 'demote', 'promote', 'forget')),
    params: mostly(fc.record({ memory_ids })),
    reason,
  }),
  fc.record({
    action: fc.constant('prioritize'),
    params: fc.record({ memory_ids, boost_factor: mostly(between(0.1, 100)) }),
  }),
  fc.record({
    action: fc.constant('set_retention'),
    params: fc.record(
      {
        criteria: mostly(criteria),
        on_fail: mostly(fc.constantFrom('demote', 'archive')),
        simulate: mostly(fc.boolean()),
        queries: mostly(fc.array(search, { maxLength: 2 })),
      },
      { requiredKeys: ['criteria'] },
    ),
  }),
);

const parameters = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'agent_id',
        'type',
        'tier',
        'metadata.a',
        'metadata.',
        'order',
        'limit',
        'cursor',
        'created_after',
        'x',
      ),
      fc.oneof(text, fc.constantFrom('fact', 'hot', '-priority', '10', 'true', '"3"')),
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value.toWellFormed())}`).join('&'),
  );

/** Accepted, or refused with a reason. */
function expectSound(answer: Answer): void {
  expect(answer.status, answer.text).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(answer.headers.get('content-type'), answer.text).toBe('application/problem+json');
  expect(answer.body.detail, answer.text).toEqual(expect.any(String));
}

/** What was sent stands in the memory as it was sent. */
async function expectKept(answer: Answer, body: Record<string, unknown>): Promise<void> {
  const sent = JSON.parse(JSON.stringify(body));
  expect(answer.body.content).toEqual(typeof sent.content === 'string' ? { text: sent.content } : sent.content);
  expect(answer.body.metadata).toEqual(sent.metadata ?? {});
  const read = await api.get(`/v1/memories/${answer.body.id}`);
  expect(read.status, read.text).toBe(200);
  expect(read.body).toMatchObject({ content: answer.body.content, metadata: answer.body.metadata });
}

describe('random requests', () => {
  /** Runs a property and makes sure that enough got past the door: a test of refusals alone would say little. */
  async function answered<T>(requests: fc.Arbitrary<T>, leastAccepted: number, send: (request: T) => Promise<Answer>) {
    let accepted = 0;
    const property = fc.asyncProperty(requests, async (request) => {
      const answer = await send(request);
      expectSound(answer);
      if (answer.status < 300) accepted += 1;
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(accepted).toBeGreaterThan(leastAccepted);
  }

  it('to store are answered, and what is accepted is read back as it was sent', async () => {
    await answered(draft, RUNS / 3, async (body) => {
      const answer = await api.post('/v1/memories', body);
      if (answer.status < 300) await expectKept(answer, body);
      return answer;
    });
  });

  it('to search are answered', async () => {
    await answered(search, RUNS / 3, (body) => api.post('/v1/search', body));
  });

  it('to control are answered', async () => {
    await answered(control, RUNS / 3, (body) => api.post('/v1/agents/fuzzed/control', body));
  });

  it('to list are answered', async () => {
    await answered(parameters, 0, (query) => api.get(`/v1/memories?${query}`));
  });

  it('to change are answered', async () => {
    const { body: memory } = await api.post('/v1/memories', { agent_id: 'me', type: 'fact', content: 'x' });
    await answered(draft, 0, ({ agent_id: _agent, user_id: _user, key: _key, created_at: _at, ...body }) =>
      api.patch(`/v1/memories/${memory.id}`, body),
    );
  });
});
