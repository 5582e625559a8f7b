/** Changes at a steady rate over HTTP, each a commit and an event of its own. A priority is changed: nothing has to be embedded anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '../scenario.ts';

const MEMORIES = 100;
const PRIORITIES = 9;
const INDEXED_LOOK_EVERY_MS = 250;

export interface Changes {
  /** Resolves when the last one is acknowledged; answers how many there were, and how many a second. */
  run(perSecond: number, seconds: number): Promise<{ events: number; perSecond: number }>;
}

export async function prepareChanges(url: string, apiKey: string): Promise<Changes> {
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.ok, `${path} answered ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const drafts = Array.from({ length: MEMORIES }, (_, n) => ({
    agent_id: 'bench',
    type: 'fact',
    content: `Fact ${n}.`,
    priority: 0,
  }));
  const { memories } = (await ask('POST', '/v1/memories/batch', { memories: drafts })) as {
    memories: { id: string }[];
  };
  const pending = async () => ((await ask('GET', '/v1/stats')) as { index: { pending: number } }).index.pending;
  // Embedding them is work for both cores, and not what is measured.
  while ((await pending()) > 0) await sleep(INDEXED_LOOK_EVERY_MS);
  let changes = 0;

  const change = async () => {
    const n = changes;
    changes += 1;
    // Never the priority that it has.
    const priority = 1 + (Math.floor(n / MEMORIES) % (PRIORITIES - 1));
    await ask('PATCH', `/v1/memories/${memories[n % MEMORIES]?.id}`, { priority });
  };
  return {
    async run(perSecond, seconds) {
      const begun = performance.now();
      /** What went wrong with each, if anything: thrown at the end, when nothing is under way any more. */
      const running: Promise<unknown>[] = [];
      for (let n = 0; n < perSecond * seconds; n += 1) {
        await sleep(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
        running.push(
          change().then(
            () => null,
            (error: unknown) => error,
          ),
        );
      }
      const failure = (await Promise.all(running)).find((error) => error !== null);
      if (failure) throw failure;
      return { events: running.length, perSecond: Math.round((running.length / (performance.now() - begun)) * 1_000) };
    },
  };
}
