/** Health: what each engine says, asked seldom, told without internals. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../layers/memory/errors.ts';
import { createHealth } from '../../../layers/memory/usecases/check-health.ts';

const SECRET = 'postgres://admin:hunter2@db.internal:5432/auren';

function prepare() {
  const down = new Set<Engine>();
  const asked: Engine[] = [];
  const probe = (engine: Engine) => async () => {
    asked.push(engine);
    if (down.has(engine)) throw new Error(`connect ${SECRET}`);
  };
  const probes = { postgres: probe('postgres'), redis: probe('redis'), chroma: probe('chroma') };
  return { down, asked, ...createHealth({ probes }) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('health', () => {
  it.each<[Engine[], string]>([
    [[], 'ok'],
    [['redis'], 'degraded'],
    [['chroma'], 'degraded'],
    [['redis', 'chroma'], 'degraded'],
    [['postgres'], 'down'],
    [['postgres', 'redis', 'chroma'], 'down'],
  ])('with %o not answering is %s', async (engines, status) => {
    const { down, health } = prepare();
    for (const engine of engines) down.add(engine);

    const found = await health();

    expect(found.status).toBe(status);
    for (const [engine, { ok, hint, latencyMs }] of Object.entries(found.engines)) {
      const isDown = engines.includes(engine as Engine);
      expect([ok, typeof hint]).toEqual([!isDown, isDown ? 'string' : 'undefined']);
      expect(latencyMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('says what to do, and nothing of the cause', async () => {
    const { down, health } = prepare();
    for (const engine of ['postgres', 'redis', 'chroma'] as const) down.add(engine);

    const text = JSON.stringify(await health());

    for (const setting of ['DATABASE_URL', 'UPSTASH_REDIS_REST_URL', 'CHROMA_URL']) expect(text).toContain(setting);
    for (const secret of ['hunter2', 'db.internal', 'connect']) expect(text).not.toContain(secret);
  });

  it('asks the engines at most every 5 seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { down, asked, health } = prepare();
    await health();
    down.add('redis');
    vi.advanceTimersByTime(5_000);
    const still = await health();
    vi.advanceTimersByTime(1);

    const then = await health();

    expect([still.status, then.status, asked.length]).toEqual(['ok', 'degraded', 6]);
  });

  it('asks once for many that ask at the same time', async () => {
    const { asked, health } = prepare();

    await Promise.all([health(), health(), health()]);

    expect(asked).toHaveLength(3);
  });
});
