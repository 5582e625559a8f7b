/**
 * EVAL for the in-process Redis. ioredis-mock's own has no cjson, no error_reply, and hands out lists that `ipairs` does
 * not walk; this one runs a script as a Lua coroutine that yields at every `redis.call` and goes on with the reply.
 *
 * For authors of scripts, what differs from Redis (Lua 5.3 with 32-bit integers here, Lua 5.1 there):
 * - arithmetic on whole literals and `#t` alone wraps around at 2^31; values from replies, cjson and `tonumber` are floats
 *   and safe. `string.format('%d', x)` fails above 2^31: use '%.0f'.
 * - `cmsgpack`, `struct`, `bit`, `redis.log`, `redis.setresp`, `redis.breakpoint` are absent, and so are `loadstring`,
 *   `setfenv`, `table.getn`, `math.pow`.
 * - a command used on a key of another type may answer nil instead of WRONGTYPE; ZADD has no GT and LT, EXPIRE
 *   no NX, XX, GT, LT, SET no KEEPTTL (refused with an error); ZRANGESTORE and MEMORY USAGE are absent. Compare in the script instead.
 * - script errors name the line but not the sha of the script.
 */
import { createHash } from 'node:crypto';
import type { LuaState } from 'fengari';
import { JSON_NULL, LuaValues } from './embedded-lua-values.ts';
import type { Reply } from './redis-link.ts';

/** Runs one command; an error comes back as a value. */
export type CallRedis = (command: string[]) => Promise<Reply>;
export type RunScript = (script: string, keys: string[], args: string[], call: CallRedis) => Promise<Reply>;

const utf8 = (text: string) => Buffer.from(text, 'utf8');
export const sha1Hex = (text: string) => createHash('sha1').update(text).digest('hex');

/** What Redis' Lua 5.1 has and Lua 5.3 has elsewhere; and `call`, which raises what `pcall` returns. */
const PRELUDE = `
unpack = table.unpack
local parse = tonumber
tonumber = function(...)
  local number = parse(...)
  return number and number + 0.0
end
local call = __call
redis = { pcall = call, error_reply = __error, status_reply = __status, sha1hex = __sha1 }
redis.call = function(...)
  local reply = call(...)
  if type(reply) == 'table' and reply.err then error(reply, 0) end
  return reply
end
cjson = { encode = __encode, decode = __decode, null = __null }
os, io, require, dofile, loadfile, package, debug, coroutine, js = nil
__call, __error, __status, __sha1, __encode, __decode, __null = nil
`;

/** Loads fengari. Its setting must stand in the environment at that moment: floats print as in Lua 5.1, 5 and not 5.0. */
export async function loadLua(): Promise<RunScript> {
  process.env.FENGARICONF = JSON.stringify({ LUA_COMPAT_FLOATSTRING: true });
  const { lua, lauxlib, lualib } = await import('fengari').finally(() => {
    delete process.env.FENGARICONF;
  });
  const values = new LuaValues(lua);

  const define = (L: LuaState, name: string, run: (thread: LuaState) => number) => {
    lua.lua_pushcfunction(L, (thread) => {
      try {
        return run(thread);
      } catch (error) {
        if (!(error instanceof Error)) throw error; // Lua's own unwinding.
        values.pushText(thread, error.message);
        return lua.lua_error(thread);
      }
    });
    lua.lua_setglobal(L, utf8(name));
  };
  const load = (L: LuaState, code: string) => {
    const bytes = utf8(code);
    if (lauxlib.luaL_loadbuffer(L, bytes, bytes.length, utf8('@user_script')) !== lua.LUA_OK) {
      throw new Error(`ERR Error compiling script (new function): ${values.readText(L, -1)}`);
    }
  };
  const open = (): LuaState => {
    const L = lauxlib.luaL_newstate();
    lualib.luaL_openlibs(L);
    define(L, '__call', (thread) => lua.lua_yield(thread, lua.lua_gettop(thread)));
    define(L, '__error', (thread) => values.pushField(thread, 'err', values.readText(thread, 1)));
    define(L, '__status', (thread) => values.pushField(thread, 'ok', values.readText(thread, 1)));
    define(L, '__sha1', (thread) => values.pushText(thread, sha1Hex(values.readText(thread, 1))));
    define(L, '__encode', (thread) => values.pushText(thread, JSON.stringify(values.readJson(thread, 1))));
    define(L, '__decode', (thread) => values.pushJson(thread, JSON.parse(values.readText(thread, 1))));
    lua.lua_pushlightuserdata(L, JSON_NULL);
    lua.lua_setglobal(L, utf8('__null'));
    load(L, PRELUDE);
    lua.lua_resume(L, null, 0);
    return L;
  };
  const setList = (L: LuaState, name: string, list: string[]) => {
    values.pushReply(L, list.map(utf8));
    lua.lua_setglobal(L, utf8(name));
  };

  return async (script, keys, args, call) => {
    const L = open();
    try {
      setList(L, 'KEYS', keys);
      setList(L, 'ARGV', args);
      const thread = lua.lua_newthread(L);
      load(thread, script);
      let status = lua.lua_resume(thread, L, 0);
      while (status === lua.LUA_YIELD) {
        const command = Array.from({ length: lua.lua_gettop(thread) }, (_, at) => values.readArgument(thread, at + 1));
        lua.lua_settop(thread, 0);
        const reply = await answer(command, call);
        if (isStatus(command[0], reply)) values.pushField(thread, 'ok', 'OK');
        else values.pushReply(thread, reply);
        status = lua.lua_resume(thread, L, 1);
      }
      // Read in the main state: the stack of a thread that ended with an error has no room left.
      const isEmpty = lua.lua_gettop(thread) === 0;
      if (!isEmpty) lua.lua_xmove(thread, L, 1);
      const result = isEmpty ? null : values.readResult(L, -1);
      if (status === lua.LUA_OK) return result;
      return result instanceof Error
        ? result
        : new Error(`ERR ${Buffer.isBuffer(result) ? result.toString('utf8') : 'script failed'}`);
    } catch (error) {
      return error as Error;
    } finally {
      lua.lua_close(L);
    }
  };
}

/** Redis hands a script `{ok = 'OK'}` where a client sees the status OK. */
const ANSWER_OK = new Set('SET SETEX PSETEX MSET HMSET LSET LTRIM RENAME RESTORE FLUSHALL FLUSHDB'.split(' '));

function isStatus(name: string | undefined, reply: Reply): boolean {
  return Buffer.isBuffer(reply) && reply.toString('latin1') === 'OK' && ANSWER_OK.has(name?.toUpperCase() ?? '');
}

async function answer(command: (string | undefined)[], call: CallRedis): Promise<Reply> {
  const parts = command.filter((part) => part !== undefined);
  if (parts.length !== command.length) {
    return new Error('ERR Lua redis lib command arguments must be strings or integers');
  }
  return call(parts);
}
