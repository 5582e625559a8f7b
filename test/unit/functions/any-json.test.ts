/** Property: no JSON, however odd, makes an operation fail on our side; and what is accepted is sound. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteName } from '../../../functions/routes.ts';
import { fakeMemory } from './support/fake-memory.ts';
import { MEMORY_ID, send } from './support/requests.ts';

const RUNS = 300;

const anyJson = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });

/** Objects whose fields have the right names and odd values: they get past the first checks. */
const named = (fields: string[]) => fc.dictionary(fc.constantFrom(...fields), anyJson, { maxKeys: fields.length });

/** Mostly sound requests with one odd field. */
const nearly = (sound: Record<string, unknown>) =>
  fc
    .tuple(fc.constantFrom(...Object.keys(sound), 'extra', '__proto__'), anyJson)
    .map(([key, value]) => Object.fromEntries([...Object.entries(sound), [key, value]]));

const DRAFT = { agent_id: 'a', type: 'fact', content: { t: 'x' }, metadata: { k: 1 }, priority: 5, ttl_seconds: 60 };
const SEARCH = { query: 'q', types: ['fact'], metadata: { k: 1 }, limit: 5, created_after: '2024-01-01T00:00:00Z' };
const CONTROL = { action: 'prioritize', params: { memory_ids: [MEMORY_ID], boost_factor: 2 }, reason: 'r' };

const OPERATIONS: [RouteName, Record<string, unknown>][] = [
  ['store-memory', DRAFT],
  ['search-memories', SEARCH],
  ['control-memories', CONTROL],
];

describe.each(OPERATIONS)('%s', (name, sound) => {
  it('never answers 5xx to a JSON body', async () => {
    const bodies = fc.oneof(anyJson, named(Object.keys(sound)), nearly(sound));
    const seen = new Set<number>();

    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const answer = await send(name, { body }, fakeMemory());
        seen.add(answer.status);
        expect([200, 201, 422]).toContain(answer.status);
      }),
      { numRuns: RUNS, examples: [[sound], [null]] },
    );

    // Both ends were reached: otherwise the property would say nothing.
    expect(seen.size).toBeGreaterThan(1);
  });

  it('never answers 5xx to a body of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await send(name, { bytes: Buffer.from(bytes), headers }, fakeMemory());
        expect([400, 422]).toContain(answer.status);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a query string', () => {
  it('never makes a list answer 5xx', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('limit=5', 'metadata.k=1', 'type=fact', '&', '%', '='),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(texts).map((parts) => parts.join('&')),
        async (query) => {
          const answer = await send('list-memories', { query }, fakeMemory());
          expect([200, 422]).toContain(answer.status);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
