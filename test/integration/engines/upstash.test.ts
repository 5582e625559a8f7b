/** The Upstash client, unmodified, against the local front: the same on a Redis server and in process. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisEngine, startRedis } from '../../../local/engines/redis.ts';
import { temporaryDirectory } from '../../support/engine-directory.ts';

const TOKEN = 'a token';

describe.each([{ embedded: false }, { embedded: true }])('Redis (in process: $embedded)', ({ embedded }) => {
  const directory = temporaryDirectory();
  let engine: RedisEngine;
  let redis: Redis;
  beforeAll(async () => {
    const dataDir = join(directory, 'redis');
    engine = await startRedis({ dataDir, password: 'secret', token: TOKEN, log: () => undefined, embedded });
    redis = new Redis({
      url: engine.url,
      token: TOKEN,
      automaticDeserialization: false,
      retry: false,
      enableTelemetry: false,
    });
  });
  afterAll(async () => {
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('says what it is', () => {
    const isInProcess = engine.origin === 'in-process';

    expect(engine.description.includes('in-process')).toBe(isInProcess);
    expect(isInProcess || !embedded).toBe(true);
  });

  it('round-trips text of any kind, also what looks like something else', async () => {
    const texts = ['naïve 日本語 🧠', 'OK', 'T0s=', '42', '{"a":[1]}', '', ' \n\\"', 'null'];

    for (const text of texts) {
      await redis.set('text', text);
      expect(await redis.get('text')).toBe(text);
    }
    expect(await redis.get('absent')).toBeNull();
  });

  it('sends plain text to a caller that did not ask for base64', async () => {
    const plain = new Redis({
      url: engine.url,
      token: TOKEN,
      responseEncoding: false,
      automaticDeserialization: false,
    });
    await plain.hset('plain', { é: 'ü' });

    expect(await plain.eval("return redis.call('HGETALL', KEYS[1])", ['plain'], [])).toEqual(['é', 'ü']);
    expect(await plain.hget('plain', 'é')).toBe('ü');
  });

  it('answers a hash as a flat list, as the REST protocol has it', async () => {
    await redis.hset('hash', { a: '1', b: '2' });
    const body = '["hgetall","hash"]';
    const response = await fetch(engine.url, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body });

    expect(await response.json()).toEqual({ result: ['a', '1', 'b', '2'] });
  });

  it('answers a pipeline in order, with an error at its place', async () => {
    const pipeline = redis.pipeline();
    pipeline.set('p', 'x').get('p').eval('error("boom")', [], []).del('p');

    const results = await pipeline.exec({ keepErrors: true });

    expect(results.map(({ result }) => result)).toEqual(['OK', 'x', undefined, 1]);
    expect(results[2]?.error).toContain('boom');
  });

  it('runs a transaction', async () => {
    const multi = redis.multi();
    multi.zadd('ranked', { score: 1, member: 'a' }, { score: 2.5, member: 'b' });
    multi.zrange('ranked', 0, -1, { withScores: true });
    multi.set('in-multi', 'yes', { px: 60_000 });

    expect(await multi.exec()).toEqual([2, ['a', '1', 'b', '2.5'], 'OK']);
  });

  it('runs scripts with what the hot tier needs', async () => {
    const script = `
      local record = cjson.decode(ARGV[1])
      redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000)
      redis.call('ZADD', KEYS[2], record.score, record.id, record.at, 'later')
      redis.call('HINCRBY', KEYS[3], 'uses', 2)
      redis.call('PEXPIRE', KEYS[3], ARGV[2])
      local ranked = {}
      for place, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do ranked[place] = member end
      local kept = redis.call('GETDEL', KEYS[1])
      local missing = redis.call('GET', KEYS[1])
      record.note = cjson.null
      return { redis.call('ZCARD', KEYS[2]), ranked, redis.call('HGET', KEYS[3], 'uses'), kept == ARGV[1] and 1 or 0,
        missing == false and 1 or 0, redis.call('PTTL', KEYS[3]) > 0 and 1 or 0, tostring(record.at), cjson.encode({record.id, record.score}) }`;
    const record = JSON.stringify({ id: 'mém', score: 1.5, at: 1_790_000_000_000 });

    const result = await redis.eval(script, ['{t}rec', '{t}rank', '{t}use'], [record, '5000']);

    expect(result).toEqual([2, ['mém', 'later'], '2', 1, 1, 1, '1790000000000', '["mém",1.5]']);
  });

  it('reports an unknown script as Redis does, and knows it once loaded', async () => {
    const script = `return {ARGV[1], KEYS[1], '${embedded}'}`;
    const unknown = redis.evalsha('0'.repeat(40), [], []);

    await expect(unknown).rejects.toThrow('NOSCRIPT');
    const loaded = await redis.scriptLoad(script);
    expect(await redis.evalsha(loaded, ['k'], ['é'])).toEqual(['é', 'k', String(embedded)]);
  });

  it('passes on the error a script returns', async () => {
    await expect(redis.eval(`return redis.error_reply('STALE seq 3')`, [], [])).rejects.toThrow('STALE seq 3');
  });

  it('refuses a wrong token and commands that would disturb others', async () => {
    const stranger = new Redis({ url: engine.url, token: 'wrong', retry: false });
    const select = fetch(engine.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '["select","1"]',
    });

    await expect(stranger.get('text')).rejects.toThrow('WRONGPASS');
    expect((await select).status).toBe(400);
  });

  it('fails at once while it is down and answers again once it is back', async () => {
    await engine.kill();
    const begun = performance.now();
    const whileDown = await fetch(engine.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '["get","a"]',
    });
    const took_ms = performance.now() - begun;
    await engine.revive();

    expect(whileDown.status).toBe(503);
    expect(took_ms).toBeLessThan(500);
    await expect.poll(() => redis.ping().catch((error: Error) => error.message), { timeout: 5_000 }).toBe('PONG');
  });
});
