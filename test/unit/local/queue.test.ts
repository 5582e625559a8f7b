/** Queues and schedules of the local run. */
import { describe, expect, it, vi } from 'vitest';
import type { FunctionRef } from '../../../local/gateway/functions.ts';
import { LocalQueue } from '../../../local/queue.ts';
import { LocalScheduler } from '../../../local/scheduler.ts';

const consumer = (name: string) => ({
  folder: 'queue',
  name,
  maxReceives: 3,
  needs: { timeoutSeconds: 1, memoryMb: 512 },
});

interface SqsRecord {
  messageId: string;
  body: string;
  attributes: { ApproximateReceiveCount: string };
}

/** A consumer's deliveries, answered by `answer`. */
function queueOf(answer: (tenantId: string, delivery: number) => unknown, consumers = [consumer('project-hot')]) {
  const deliveries: { name: string; tenantId: string; record: SqsRecord }[] = [];
  const logged: string[] = [];
  const functions = {
    async call({ name }: FunctionRef, event: object) {
      const record = (event as { Records: SqsRecord[] }).Records[0];
      if (!record) throw new Error('no record');
      const tenantId: string = JSON.parse(record.body).tenant_id;
      deliveries.push({ name, tenantId, record });
      return answer(tenantId, deliveries.length);
    },
  };
  const queue = new LocalQueue({ functions, consumers, log: (line) => void logged.push(line), backoffFirstMs: 1 });
  return { queue, deliveries, logged };
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a poke', () => {
  it('reaches every consumer as an SQS event', async () => {
    const { queue, deliveries } = queueOf(() => undefined, [consumer('project-hot'), consumer('index-memories')]);

    await queue.poke('a');
    await queue.idle();

    expect(deliveries.map(({ name }) => name)).toEqual(['project-hot', 'index-memories']);
    expect(deliveries[0]?.record).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: '{"tenant_id":"a"}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:local:000000000000:project-hot',
      awsRegion: 'local',
    });
  });

  it('does not wait for the consumer', async () => {
    const { queue, deliveries } = queueOf(() => later(50));

    await queue.poke('a');

    expect(deliveries).toEqual([]);
    await queue.idle();
    expect(deliveries).toHaveLength(1);
  });

  it('is one with those of its tenant that wait, and comes once more when it fell into a delivery', async () => {
    const { queue, deliveries } = queueOf(() => later(20));

    for (let at = 0; at < 10; at += 1) await queue.poke('a');
    await vi.waitUntil(() => deliveries.length === 1);
    for (let at = 0; at < 10; at += 1) await queue.poke('a');
    await queue.idle();

    expect(deliveries).toHaveLength(2);
    expect(deliveries[0]?.record.messageId).not.toBe(deliveries[1]?.record.messageId);
  });

  it('is never delivered twice at a time for one tenant, but side by side for several', async () => {
    const running = new Map<string, number>();
    let most = 0;
    const { queue, deliveries } = queueOf(async (tenantId) => {
      running.set(tenantId, (running.get(tenantId) ?? 0) + 1);
      expect(running.get(tenantId)).toBe(1);
      most = Math.max(
        most,
        [...running.values()].reduce((sum, one) => sum + one, 0),
      );
      await later(5);
      running.set(tenantId, 0);
    });

    for (let round = 0; round < 5; round += 1) {
      for (const tenantId of 'abcdefgh') await queue.poke(tenantId);
      await later(3);
    }
    await queue.idle();

    expect(new Set(deliveries.map(({ tenantId }) => tenantId)).size).toBe(8);
    expect(most).toBe(4);
  });
});

describe('a delivery that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['names the message among its failures', () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] })],
  ])('because it %s comes again with the same id and a higher count', async (_, fail) => {
    const { queue, deliveries } = queueOf((_tenant, delivery) => (delivery < 3 ? fail() : { batchItemFailures: [] }));

    await queue.poke('a');
    await queue.idle();

    expect(deliveries.map(({ record }) => record.attributes.ApproximateReceiveCount)).toEqual(['1', '2', '3']);
    expect(new Set(deliveries.map(({ record }) => record.messageId)).size).toBe(1);
  });

  it('too often is given up, told, and does not block the next poke', async () => {
    let isBroken = true;
    const { queue, deliveries, logged } = queueOf(() => {
      if (isBroken) throw new Error('no database');
    });
    await queue.poke('a');
    await queue.idle();
    expect(deliveries).toHaveLength(3);
    expect(logged.at(-1)).toMatch(/gave up on a after 3 deliveries.*no database/);

    isBroken = false;
    await queue.poke('a');
    await queue.idle();

    expect(deliveries).toHaveLength(4);
    expect(deliveries[3]?.record.attributes.ApproximateReceiveCount).toBe('1');
  });

  it('does not hold up other tenants', async () => {
    const { queue, deliveries } = queueOf((tenantId) => {
      if (tenantId === 'a') throw new Error('poison');
    });

    await queue.poke('a');
    await queue.poke('b');
    await queue.idle();

    expect(deliveries.filter(({ tenantId }) => tenantId === 'b')).toHaveLength(1);
  });
});

describe('a stopped queue', () => {
  it('lets the delivery under way finish and starts no other', async () => {
    let finished = 0;
    const { queue, deliveries } = queueOf(async () => {
      await later(30);
      finished += 1;
    });
    await queue.poke('a');
    await vi.waitUntil(() => deliveries.length === 1);
    await queue.poke('a');

    await queue.stop();
    await queue.poke('b');
    await later(20);

    expect({ finished, started: deliveries.length }).toEqual({ finished: 1, started: 1 });
  });
});

describe('a schedule', () => {
  const schedule = (localSeconds: number) => ({ ...consumer('heal-consumers'), folder: 'schedule', localSeconds });
  const clock = { now: () => new Date('2030-01-01T00:00:00.000Z') };

  it('comes again and again with the event of EventBridge Scheduler, through failures, never two at a time', async () => {
    const events: object[] = [];
    const logged: string[] = [];
    let running = 0;
    const functions = {
      async call(_: FunctionRef, event: object) {
        running += 1;
        expect(running).toBe(1);
        events.push(event);
        await later(15);
        running -= 1;
        throw new Error('no database');
      },
    };

    const scheduler = new LocalScheduler({
      functions,
      schedules: [schedule(0.005)],
      clock,
      log: (line) => void logged.push(line),
    });
    await vi.waitUntil(() => events.length >= 3);
    await scheduler.stop();
    const called = events.length;
    await later(30);

    expect(running).toBe(0);
    expect(events).toHaveLength(called);
    expect(logged).toHaveLength(called);
    expect(events[0]).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      time: '2030-01-01T00:00:00.000Z',
      detail: '{}',
    });
  });

  it('waits its interval first', async () => {
    const call = vi.fn(async () => undefined);

    const scheduler = new LocalScheduler({
      functions: { call },
      schedules: [schedule(60)],
      clock,
      log: () => undefined,
    });
    await later(20);
    await scheduler.stop();

    expect(call).not.toHaveBeenCalled();
  });
});
