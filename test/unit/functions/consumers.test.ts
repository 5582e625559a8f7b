/** Functions behind the queues: each tenant drained once, and only what is not done comes back. */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as broadcastEvents } from '../../../functions/queue/broadcast-events.ts';
import { handler as indexMemories } from '../../../functions/queue/index-memories.ts';
import { handler as projectHot } from '../../../functions/queue/project-hot.ts';
import type { DrainReport } from '../../../layers/memory/feed/consumer.ts';

const batch = (...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body }) as SQSRecord),
});
const poke = (tenant: string) => JSON.stringify({ tenant_id: tenant });
const report = (tenantId: string, overrides: Partial<DrainReport> = {}): DrainReport => ({
  tenantId,
  events: 1,
  parked: 0,
  caughtUp: true,
  heldElsewhere: false,
  ...overrides,
});
const failedIds = (answer: { batchItemFailures: { itemIdentifier: string }[] }) =>
  answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

const LEFT_MS = 60_000;
const context = { getRemainingTimeInMillis: () => LEFT_MS };

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ['broadcast-events', broadcastEvents],
  ['index-memories', indexMemories],
  ['project-hot', projectHot],
])('%s', (_, handler) => {
  it('drains each tenant of the batch once', async () => {
    const drained: string[] = [];
    const drain = async (tenantId: string) => {
      drained.push(tenantId);
      return report(tenantId);
    };

    const answer = await handler.with(async () => ({ drain }))(batch(poke('a'), poke('b'), poke('a')), context);

    expect(drained).toEqual(['a', 'b']);
    expect(failedIds(answer)).toEqual([]);
  });

  it('gives back the messages of a tenant that failed, and goes on with the others', async () => {
    const drain = async (tenantId: string) => {
      if (tenantId === 'a') throw new Error('chroma is away');
      return report(tenantId);
    };

    const answer = await handler.with(async () => ({ drain }))(batch(poke('a'), poke('b'), poke('a')), context);

    expect(failedIds(answer)).toEqual(['m0', 'm2']);
  });

  it('gives back what is not caught up, but not what another consumer holds', async () => {
    const drain = async (tenantId: string) => report(tenantId, { caughtUp: false, heldElsewhere: tenantId === 'held' });

    const answer = await handler.with(async () => ({ drain }))(batch(poke('long'), poke('held')), context);

    expect(failedIds(answer)).toEqual(['m0']);
  });

  it('gives back everything where no time is left', async () => {
    const drain = vi.fn();

    const answer = await handler.with(async () => ({ drain }))(batch(poke('a')), {
      getRemainingTimeInMillis: () => 100,
    });

    expect(failedIds(answer)).toEqual(['m0']);
    expect(drain).not.toHaveBeenCalled();
  });

  it.each(['', '{', 'null', '{}', '{"tenant_id":""}', '{"tenant_id":5}'])(
    'fails %j, which is no poke',
    async (body) => {
      const drain = async (tenantId: string) => report(tenantId);

      const answer = await handler.with(async () => ({ drain }))(batch(body, poke('b')), context);

      expect(failedIds(answer)).toEqual(['m0']);
    },
  );
});

describe.each([
  ['index-memories', indexMemories],
  ['project-hot', projectHot],
])('%s', (_, handler) => {
  it('gives each tenant its share of the time left', async () => {
    const sharesMs: number[] = [];
    const drain = async (tenantId: string, deadline: Date) => {
      sharesMs.push(deadline.getTime() - Date.now());
      return report(tenantId);
    };

    await handler.with(async () => ({ drain }))(batch(poke('a'), poke('b')), context);

    expect(sharesMs[0]).toBeLessThanOrEqual((LEFT_MS - 3_000) / 2);
    expect(sharesMs[1]).toBeGreaterThan(LEFT_MS / 2);
  });
});

describe('broadcast-events', () => {
  it('serves the tenants of a batch together: none waits while another is followed', async () => {
    const started: string[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const drain = async (tenantId: string) => {
      started.push(tenantId);
      if (tenantId === 'b') finish();
      await finished;
      return report(tenantId);
    };

    const answer = await broadcastEvents.with(async () => ({ drain }))(batch(poke('a'), poke('b')), context);

    expect([started, failedIds(answer)]).toEqual([['a', 'b'], []]);
  });
});
