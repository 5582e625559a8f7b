/**
 * The hot tier on Redis: a hash for each memory, guarded by seq, and a sorted set of scores whose size is the capacity.
 * Every method is one script and one round trip; the scripts say what they do, this file only hands over and unpacks.
 * They touch records whose names are not among KEYS (who is evicted shows only inside): the braces of the tenant keep all
 * in one slot, and Upstash locks the whole database for a script anyway.
 */

import type { RedisClient } from '../clients/redis.ts';
import { inGroups, inPairs, textList, textLists } from '../clients/redis-script.ts';
import { type Clock, instant, SECOND_MS } from '../clock.ts';
import { Lru } from '../embedding/lru.ts';
import { AurenError } from '../errors.ts';
import { feedKeys, hotKeys } from '../keys.ts';
import { takeRide } from '../telemetry.ts';
import { fromReply, toArguments } from './hot-record.ts';
import { ADVANCE } from './hot-scripts/advance.ts';
import { FORGET } from './hot-scripts/forget.ts';
import { GET } from './hot-scripts/get.ts';
import { PENDING } from './hot-scripts/pending.ts';
import { PUT } from './hot-scripts/put.ts';
import { READ } from './hot-scripts/read.ts';
import { REMOVE } from './hot-scripts/remove.ts';
import { RESCORE } from './hot-scripts/rescore.ts';
import { SETTLE } from './hot-scripts/settle.ts';
import { STATS } from './hot-scripts/stats.ts';
import { TAKE_RECALLS } from './hot-scripts/take-recalls.ts';
import { USED } from './hot-scripts/used.ts';
import { latencyField, percentilesOf, totalsOf } from './latency-buckets.ts';
import type { HotTier, HotUpkeep, Ride } from './port.ts';
import { hourArguments, pendingFromReply, recallFromReply } from './use-replies.ts';

export interface HotRedisOptions {
  redis: RedisClient;
  /** Memories a tenant may have here. */
  capacity: number;
  leaseSeconds: number;
  clock: Clock;
  /** Latencies are measured on real time: this finds the hour that they belong to. */
  epochMs?: () => number;
}

const HOUR_MS = 3_600_000;
const SCANNED_PER_CALL = 1_000;
const TENANTS_REMEMBERED = 10_000;

export function createHotRedis(options: HotRedisOptions): HotTier & HotUpkeep {
  const { redis, capacity, leaseSeconds, clock, epochMs = Date.now } = options;
  const hour = () => Math.floor(epochMs() / HOUR_MS);
  const cursorsSeen = new Lru<string>(TENANTS_REMEMBERED);
  const epoch = (now: Date | string) => String(new Date(now).getTime());

  const hot: HotTier & HotUpkeep = {
    name: 'hot',

    /** What has to leave for it is gone from here and still hot by the catalog's word, which then serves it: the sweep moves it. */
    async put(tenantId, records) {
      await hot.putAndEvict(tenantId, records, instant(clock.now()));
    },

    async putAndEvict(tenantId, records, now, ride) {
      const keys = hotKeys(tenantId);
      const names = [
        keys.scores,
        keys.pinned,
        keys.bytes,
        keys.uses,
        keys.usedAt,
        keys.latency(hour()),
        keys.ephemeral,
        feedKeys(tenantId).watched,
      ];
      const args = [keys.recordPrefix, epoch(now), String(capacity), ...rideArguments(takeRide(tenantId, ride))];
      const reply = await redis.script(PUT, names, args.concat(...records.map(toArguments)));
      return {
        evicted: inGroups(textList(reply), 3).map(([rec = '', uses = '', at = '']) => fromReply(rec, uses, at)),
      };
    },

    async get(tenantId, ids) {
      const reply = textList(await redis.script(GET, [], [hotKeys(tenantId).recordPrefix, ...ids]));
      return new Map(
        inGroups(reply, 3).map(([id = '', seq, rec = '']) => {
          return [id, { id, seq: Number(seq), content: fromReply(rec, '0', '').content }];
        }),
      );
    },

    async remove(tenantId, marks) {
      const keys = hotKeys(tenantId);
      const args = marks.flatMap(({ id, seq }) => [id, String(seq)]);
      await redis.script(REMOVE, [keys.scores, keys.pinned, keys.bytes], [keys.recordPrefix, ...args]);
    },

    async forget(tenantId, userId, marks) {
      const keys = hotKeys(tenantId);
      const names = [
        ...[keys.scores, keys.pinned, keys.bytes, keys.uses, keys.usedAt, keys.hours],
        ...[keys.recalls, keys.earlierRecalls, keys.queries, keys.ephemeral],
      ];
      const args = marks.flatMap(({ id, seq }) => [id, String(seq)]);
      await redis.script(FORGET, names, [keys.recordPrefix, `"userId":${JSON.stringify(userId)}`, ...args]);
    },

    count: (tenantId) => redis.call((client) => client.zcard(hotKeys(tenantId).scores)),

    async read(caller, ids, { use, now, ride }) {
      const keys = hotKeys(caller.tenantId);
      const spaces = Object.keys(caller.spaceRoles);
      const [leased, watched, ...found] = textList(
        await redis.script(
          READ,
          [
            ...[keys.scores, keys.uses, keys.usedAt, keys.lease, keys.counters, keys.latency(hour()), keys.ephemeral],
            ...[keys.hours, keys.recalls, feedKeys(caller.tenantId).watched],
          ],
          [
            ...[keys.recordPrefix, epoch(now), now, use ? '1' : '0'],
            ...[caller.agentId === null ? '0' : '1', caller.agentId ?? ''],
            ...rideArguments(takeRide(caller.tenantId, ride)),
            ...[String(spaces.length), ...spaces],
            ...new Set(ids),
          ],
        ),
      );
      const records = inGroups(found, 4).map(([id = '', rec = '', uses = '', at = '']) => {
        return [id, fromReply(rec, uses, at)] as const;
      });
      return { leased: leased === '1', watched: watched === '1', records: new Map(records) };
    },

    async used(tenantId, ids, now, ride, by) {
      const { scores, uses, usedAt, hours, recalls, queries, recordPrefix, ...keys } = hotKeys(tenantId);
      const reply = await redis.script(
        USED,
        [
          ...[scores, uses, usedAt, hours, recalls, queries],
          ...[keys.latency(hour()), keys.ephemeral, feedKeys(tenantId).watched],
        ],
        [
          ...[recordPrefix, epoch(now), now, by?.agentId ?? '', by?.query?.id ?? '', by?.query?.json ?? ''],
          ...rideArguments(takeRide(tenantId, ride)),
          ...new Set(ids),
        ],
      );
      return { watched: textList(reply)[0] === '1' };
    },

    async pendingUses(tenantId) {
      const { uses, usedAt, hours } = hotKeys(tenantId);
      return pendingFromReply(textLists(await redis.script(PENDING, [uses, usedAt, hours], [])));
    },

    async settleUses(tenantId, { id: flush, previous, uses }) {
      const keys = hotKeys(tenantId);
      const args = [...uses].flatMap(([id, { count, total, hours = {} }]) => {
        return [id, String(count), String(total), ...hourArguments(hours)];
      });
      const names = [keys.uses, keys.usedAt, keys.hours, keys.flushed];
      await redis.script(SETTLE, names, [keys.recordPrefix, flush, previous, ...args]);
    },

    async takeRecalls(tenantId, since) {
      const { recalls, earlierRecalls } = hotKeys(tenantId);
      const [fresh = [], earlier = []] = textLists(
        await redis.script(TAKE_RECALLS, [recalls, earlierRecalls], [since]),
      );
      return { fresh: fresh.map(recallFromReply), earlier: earlier.map(recallFromReply) };
    },

    async pendingQueries(tenantId) {
      // Without deserialization the client leaves the reply as it came: a list of fields and values.
      const reply: unknown = await redis.call((client) => client.hgetall(hotKeys(tenantId).queries));
      return new Map(inPairs(textList(reply)));
    },

    async dropQueries(tenantId, ids) {
      if (ids.length > 0) await redis.call((client) => client.hdel(hotKeys(tenantId).queries, ...ids));
    },

    held: (tenantId, from, count) =>
      redis.call((client) => client.zrange<string[]>(hotKeys(tenantId).scores, from, from + count - 1)),

    async rescore(tenantId, ids, now) {
      const keys = hotKeys(tenantId);
      const args = [keys.recordPrefix, epoch(now), ...ids];
      return textList(await redis.script(RESCORE, [keys.scores, keys.uses], args));
    },

    async empty(tenantId, { uses } = { uses: false }) {
      const keys = hotKeys(tenantId);
      const named = [keys.scores, keys.pinned, keys.bytes];
      const { prefix: feed } = feedKeys(tenantId);
      const isOurs = (name: string) =>
        (uses && !name.startsWith(feed)) || name.startsWith(keys.recordPrefix) || named.includes(name);
      await redis.call((client) => client.del(keys.lease, keys.cursor));
      let cursor = '0';
      do {
        const [next, found] = await redis.call((client) =>
          client.scan(cursor, { match: keys.everything, count: SCANNED_PER_CALL }),
        );
        const names = found.filter(isOurs);
        if (names.length > 0) await redis.call((client) => client.del(...names));
        cursor = next;
      } while (cursor !== '0');
    },

    async cursor(tenantId) {
      const cursor = await redis.call((client) => client.get<string>(hotKeys(tenantId).cursor));
      cursorsSeen.set(tenantId, cursor ?? '');
      return cursor;
    },

    /** Throws `conflict` where Redis no longer holds the cursor that was last seen here: read it again and go on from there. */
    async advance(tenantId, cursor, caughtUp) {
      const keys = hotKeys(tenantId);
      const seen = cursorsSeen.get(tenantId);
      const ifSeen = seen === undefined ? ['0', ''] : ['1', seen];
      const args = [cursor, caughtUp ? '1' : '0', String(leaseSeconds * SECOND_MS), ...ifSeen];
      const [isDone] = textList(await redis.script(ADVANCE, [keys.cursor, keys.lease], args));
      if (isDone !== '1') throw new AurenError('conflict', 'Redis went back behind the cursor of its projector.');
      cursorsSeen.set(tenantId, cursor);
    },

    async stats(tenantId) {
      const keys = hotKeys(tenantId);
      const names = [
        keys.scores,
        keys.pinned,
        keys.bytes,
        keys.counters,
        keys.latency(hour()),
        keys.latency(hour() - 1),
      ];
      const [figures = [], ...latencies] = textLists(await redis.script(STATS, names, []));
      const [count = 0, pinned = 0, usedBytes = 0, hits = 0, misses = 0] = figures.map(Number);
      const [thisHour = [], ...before] = latencies.map((list) =>
        inPairs(list).map(([field, n]) => [field, Number(n)] as const),
      );
      const operations = { hour: hour(), counts: totalsOf(thisHour) };
      const latency = percentilesOf([...thisHour, ...before.flat()]);
      return { count, pinned, capacity, usedBytes, hits, misses, latency, operations };
    },
  };
  return hot;
}

function rideArguments(ride: Ride = { latencies: [], events: [] }): string[] {
  const fields = ride.latencies.map(({ operation, ms }) => latencyField(operation, ms));
  return [String(fields.length), ...fields, String(ride.events.length), ...ride.events];
}
