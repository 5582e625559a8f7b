/**
 * The registry of connections in Redis: hashes by connection, each written by one side alone (the client's wishes by its messages, its
 * place by the broadcaster). Every method is one round trip. Lives and ends run on real time, as API Gateway's do.
 */
import type { RedisClient } from '../clients/redis.ts';
import { inGroups, inPairs, textList, textLists } from '../clients/redis-script.ts';
import { feedKeys, ticketName } from '../keys.ts';
import type { Caller } from '../model/caller.ts';
import { latencyField, percentilesOf } from '../tiers/latency-buckets.ts';
import { ADD, REMOVE, SUBSCRIBE, UNSUBSCRIBE } from './connection-scripts/joining.ts';
import { ROUND } from './connection-scripts/round.ts';
import { ANNOUNCE, STATS } from './connection-scripts/telling.ts';
import { CONNECTION_LIFE_MS, type Connection, type Connections, type Member, TICKET_SECONDS } from './port.ts';

const HOUR_MS = 3_600_000;
/** Longer than the minute after which the schedule pokes every tenant: its round renews it. */
const WATCHED_MS = 150_000;
const LAG = 'lag';
const AGENT = 'agent ';

export function createRedisConnections(redis: RedisClient, nowMs: () => number = Date.now): Connections {
  const hour = () => Math.floor(nowMs() / HOUR_MS);
  const registry = (tenantId: string) => {
    const keys = feedKeys(tenantId);
    const hashes = [keys.members, keys.subscriptions, keys.asks, keys.places];
    return { keys, names: [...hashes, keys.ends, keys.changed, keys.version, keys.condemned] };
  };
  const first = (reply: unknown): string => textList(reply)[0] ?? '';

  return {
    async add({ id, ...member }) {
      const { names } = registry(member.caller.tenantId);
      await redis.script(ADD, names, [id, JSON.stringify(member), String(nowMs() + CONNECTION_LIFE_MS)]);
    },

    async remove(tenantId, id) {
      await redis.script(REMOVE, registry(tenantId).names, [id]);
    },

    async subscribe(tenantId, id, subscription, ask) {
      const { keys, names } = registry(tenantId);
      const args = [id, JSON.stringify(subscription), JSON.stringify(ask), String(WATCHED_MS)];
      return first(await redis.script(SUBSCRIBE, [...names, keys.watched], args)) === 'subscribed';
    },

    async resume(tenantId, id, ask) {
      const { keys, names } = registry(tenantId);
      const args = [id, '', JSON.stringify(ask), String(WATCHED_MS)];
      const answer = first(await redis.script(SUBSCRIBE, [...names, keys.watched], args));
      return answer === 'subscribed' ? 'resumed' : answer === 'unsubscribed' ? 'unsubscribed' : 'unknown';
    },

    async unsubscribe(tenantId, id) {
      return first(await redis.script(UNSUBSCRIBE, registry(tenantId).names, [id])) === '1';
    },

    async find(tenantId, id) {
      const { keys } = registry(tenantId);
      const [member, place] = await redis.call((client) =>
        client.pipeline().hexists(keys.members, id).hget<string>(keys.places, id).exec<[number, string | null]>(),
      );
      if (Number(member) === 0) return null;
      return { told: place ? (JSON.parse(place) as { told: string }).told : null };
    },

    async condemn(tenantId, ids) {
      const [one, ...more] = ids;
      if (one === undefined) return;
      const { condemned } = feedKeys(tenantId);
      const lifeSeconds = CONNECTION_LIFE_MS / 1_000;
      await redis.call((client) =>
        client
          .pipeline()
          .sadd(condemned, one, ...more)
          .expire(condemned, lifeSeconds)
          .exec(),
      );
    },

    async members(tenantId) {
      const reply: unknown = await redis.call((client) => client.hgetall(feedKeys(tenantId).members));
      return inPairs(textList(reply)).map(([id, member]) => ({ id, ...(JSON.parse(member) as Omit<Member, 'id'>) }));
    },

    async isIdle(tenantId) {
      const { subscriptions, condemned } = feedKeys(tenantId);
      const counts = await redis.call((client) =>
        client.pipeline().hlen(subscriptions).scard(condemned).exec<[number, number]>(),
      );
      return counts.every((count) => Number(count) === 0);
    },

    async round(tenantId, reader, known, progress) {
      const { keys, names } = registry(tenantId);
      const list = (size: number, values: string[]) => [String(values.length / size), ...values];
      const agents = [...progress.agents].flatMap(([agent, count]) => [AGENT + agent, String(count)]);
      const counts = [
        ...(progress.head === null ? [] : ['head', progress.head]),
        ...(progress.processed === 0 ? [] : ['processed', String(progress.processed)]),
        ...(progress.dropped === 0 ? [] : ['dropped', String(progress.dropped)]),
        ...agents,
      ];
      const reply = await redis.script(
        ROUND,
        [...names, keys.reader, keys.watched, keys.counters, keys.lag(hour()), keys.ephemeral],
        [
          ...[reader, known === null ? '' : String(known), String(nowMs()), String(WATCHED_MS)],
          ...list(
            3,
            progress.places.flatMap(({ id, place }) => [id, place.mark, JSON.stringify(place)]),
          ),
          ...list(1, [...progress.gone]),
          ...list(2, counts),
          ...list(
            1,
            progress.lagsMs.map((ms) => latencyField(LAG, ms)),
          ),
        ],
      );
      const [[version = '0', isWhole] = [], found = [], left = [], condemned = [], ephemeral = []] = textLists(reply);
      return {
        version: Number(version),
        isWhole: isWhole === '1',
        changed: inGroups(found, 5).map(connectionFrom),
        left,
        condemned,
        ephemeral: ephemeral.reverse(),
      };
    },

    async announce(tenantId, events) {
      const { watched, ephemeral } = feedKeys(tenantId);
      if (events.length > 0) await redis.script(ANNOUNCE, [watched, ephemeral], [...events]);
    },

    async stats(tenantId) {
      const keys = feedKeys(tenantId);
      const names = [keys.members, keys.subscriptions, keys.counters, keys.lag(hour()), keys.lag(hour() - 1)];
      const [[members, subscriptions] = [], counted = [], ...lags] = textLists(await redis.script(STATS, names, []));
      const counters = new Map(inPairs(counted));
      const agents = [...counters].flatMap(([field, count]): [string, number][] =>
        field.startsWith(AGENT) ? [[field.slice(AGENT.length), Number(count)]] : [],
      );
      const lag = percentilesOf(lags.flatMap(inPairs).map(([field, count]) => [field, Number(count)]))[LAG];
      return {
        members: Number(members),
        subscriptions: Number(subscriptions),
        processed: Number(counters.get('processed') ?? 0),
        dropped: Number(counters.get('dropped') ?? 0),
        head: counters.get('head') ?? null,
        lagMs: lag ?? null,
        agents: Object.fromEntries(agents),
      };
    },

    async swapMeasured(tenantId, measured) {
      const key = feedKeys(tenantId).measured;
      const [before] = await redis.call((client) =>
        client.pipeline().getset<string>(key, measured).pexpire(key, WATCHED_MS).exec<[string | null, number]>(),
      );
      return before;
    },

    async keepTicket(ticket, caller) {
      await redis.call((client) => client.set(ticketName(ticket), JSON.stringify(caller), { ex: TICKET_SECONDS }));
    },

    async takeTicket(ticket) {
      const text = await redis.call((client) => client.getdel<string>(ticketName(ticket)));
      return text ? (JSON.parse(text) as Caller) : null;
    },
  };
}

const parsed = <T>(text: string): T | null => (text === '' ? null : (JSON.parse(text) as T));

function connectionFrom([id = '', member = '', subscription = '', ask = '', place = '']: string[]): Connection {
  return {
    id,
    ...(JSON.parse(member) as Omit<Member, 'id'>),
    subscription: parsed(subscription),
    ask: parsed(ask),
    place: parsed(place),
  };
}
