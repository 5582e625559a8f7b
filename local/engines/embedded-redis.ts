/**
 * Redis in this process, for machines without a server: ioredis-mock for the data, our own Lua for scripts. It keeps
 * nothing over a restart. Commands wait for each other, so a script or a transaction is as atomic as in Redis.
 */
import { Redis } from 'ioredis';
import { loadLua, type RunScript, sha1Hex } from './embedded-lua.ts';
import { RedisDown, type RedisLink, type Reply } from './redis-link.ts';
import { EngineError } from './types.ts';

/** The same controls a supervised engine has. */
interface Controls {
  kill(): Promise<void>;
  revive(): Promise<void>;
  save(): Promise<string>;
  rollback(saved: string): Promise<void>;
}

/** Options the mock would take for data or pass over in silence. */
const UNSUPPORTED: Record<string, RegExp> = {
  zadd: /^(gt|lt)$/i,
  set: /^keepttl$/i,
  expire: /^(nx|xx|gt|lt)$/i,
  pexpire: /^(nx|xx|gt|lt)$/i,
};
const OPTION = /^(nx|xx|gt|lt|ch|incr|px|ex|pxat|exat|keepttl|get|withscores|limit|byscore|bylex|rev|match|count)$/i;
/** Where options may begin; what stands before is a key or a value, whatever it says. */
const OPTIONS_FROM: Record<string, number> = {
  ...{ zadd: 1, set: 2, expire: 2, pexpire: 2, scan: 1, hscan: 2, zscan: 2, sscan: 2 },
  ...{ zrange: 3, zrevrange: 3, zrangebyscore: 3, zrevrangebyscore: 3 },
};

type MockCommand = (...args: string[]) => Promise<unknown>;

export async function startEmbeddedRedis(): Promise<RedisLink & { controls: Controls }> {
  const runScript = await loadLua();
  const { default: RedisMock } = await import('ioredis-mock');
  const mock: Redis = new RedisMock();
  await mock.flushall(); // All instances on one address share their data, an earlier one of this process as well.
  const scripts = new Map<string, string>();
  const supported = new Set(Redis.prototype.getBuiltinCommands());
  let isUp = true;
  let last: Promise<unknown> = Promise.resolve();

  const call = async ([given = '', ...args]: string[]): Promise<Reply> => {
    const name = given.toLowerCase();
    if (name === 'script') return scriptCommand(scripts, args);
    if (/^eval(sha)?(_ro)?$/.test(name)) return evaluate(runScript, scripts, name, args, call);
    const command: unknown = supported.has(name) ? Reflect.get(mock, name) : undefined;
    if (typeof command !== 'function') return new Error(`ERR unknown command '${given}', with args beginning with: `);
    try {
      return toReply(name, await (command as MockCommand).apply(mock, normalize(name, args)));
    } catch (error) {
      return asRedisError(error as Error);
    }
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
  const run = (commands: string[][]) =>
    inTurn(async () => {
      if (!isUp) throw new RedisDown('the in-process Redis is stopped');
      const replies: Reply[] = [];
      for (const command of commands) replies.push(await call(command));
      return replies;
    });
  const cannot = async (): Promise<never> => {
    throw new EngineError(
      'The in-process Redis keeps no data on disk and cannot be restored. Install redis-server to test that.',
    );
  };

  return {
    run,
    async runAtomic(commands) {
      const unknown = commands.find(([name = '']) => !supported.has(name.toLowerCase()));
      if (unknown) throw new Error(`EXECABORT Transaction discarded because of: ERR unknown command '${unknown[0]}'`);
      return run(commands);
    },
    close: async () => mock.disconnect(),
    controls: {
      kill: () =>
        inTurn(async () => {
          isUp = false;
          scripts.clear();
          await mock.flushall();
        }),
      revive: () =>
        inTurn(async () => {
          isUp = true;
        }),
      save: cannot,
      rollback: cannot,
    },
  };
}

/** The mock knows options in capitals only; those it does not know at all are refused. */
function normalize(name: string, args: string[]): string[] {
  const from = OPTIONS_FROM[name] ?? args.length;
  // After the options of ZADD come scores and members, and a member may be called "nx".
  const first = name === 'zadd' ? args.findIndex((arg, at) => at >= from && !OPTION.test(arg)) : -1;
  const until = first < 0 ? args.length : first;
  return args.map((arg, at) => {
    if (at < from || at >= until || !OPTION.test(arg)) return arg;
    if (UNSUPPORTED[name]?.test(arg)) throw new Error(`ERR the in-process Redis does not know ${name} ${arg}`);
    return arg.toUpperCase();
  });
}

function scriptCommand(scripts: Map<string, string>, [action = '', ...args]: string[]): Reply {
  switch (action.toLowerCase()) {
    case 'load': {
      const [script = ''] = args;
      scripts.set(sha1Hex(script), script);
      return Buffer.from(sha1Hex(script));
    }
    case 'exists':
      return args.map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0));
    case 'flush':
      scripts.clear();
      return Buffer.from('OK');
    default:
      return new Error(`ERR unknown subcommand '${action}'`);
  }
}

async function evaluate(
  runScript: RunScript,
  scripts: Map<string, string>,
  name: string,
  [first = '', count = '', ...rest]: string[],
  call: (command: string[]) => Promise<Reply>,
): Promise<Reply> {
  const isSha = name.startsWith('evalsha');
  const script = isSha ? scripts.get(first.toLowerCase()) : first;
  if (script === undefined) return new Error('NOSCRIPT No matching script. Please use EVAL.');
  const keys = Number(count);
  if (!Number.isInteger(keys)) return new Error('ERR value is not an integer or out of range');
  if (keys < 0) return new Error("ERR Number of keys can't be negative");
  if (keys > rest.length) return new Error("ERR Number of keys can't be greater than number of args");
  if (!isSha) scripts.set(sha1Hex(script), script);
  return runScript(script, rest.slice(0, keys), rest.slice(keys), call);
}

/** Commands whose lists hold whole numbers; in all others Redis sends text where the mock has a number. */
const LISTS_OF_INTEGERS = new Set(['smismember', 'xlen', 'hexpire', 'hpexpire', 'httl', 'hpttl']);

/** The mock's values as RESP2 has them: objects (HGETALL) become flat lists, scores in lists become text. */
function toReply(name: string, value: unknown, isNested = false): Reply {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'number') return isNested && !LISTS_OF_INTEGERS.has(name) ? Buffer.from(String(value)) : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const list = Array.isArray(value) ? value : Object.entries(value).flat();
  return list.map((part) => toReply(name, part, true));
}

const asRedisError = (error: Error) => (/^[A-Z]+ /.test(error.message) ? error : new Error(`ERR ${error.message}`));
