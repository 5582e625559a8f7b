/**
 * Values between Lua and JavaScript: replies of commands, arguments, results of scripts and cjson. Numbers are always
 * pushed as floats: fengari's integers have 32 bits, so a time in milliseconds would wrap around.
 */
import type { Lua, LuaState } from 'fengari';
import type { Reply } from './redis-link.ts';

const SLOTS_PER_LEVEL = 8;
const utf8 = (text: string) => Buffer.from(text, 'utf8');

/** JSON's null inside Lua: a value that is neither nil nor false. */
export const JSON_NULL = Object.freeze({ json: 'null' });

export class LuaValues {
  readonly #lua: Lua;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  /** The three that return 1 do so for Lua: a function tells how many results it has pushed. */
  pushText(L: LuaState, text: string): 1 {
    this.#lua.lua_pushstring(L, utf8(text));
    return 1;
  }

  readText(L: LuaState, index: number): string {
    return Buffer.from(this.#lua.lua_tostring(L, index)).toString('utf8');
  }

  /** An argument of a command. Lua 5.1 prints a whole number without a fraction, and so does `String`. */
  readArgument(L: LuaState, index: number): string | undefined {
    const { lua_type, LUA_TSTRING, LUA_TNUMBER, lua_tonumber } = this.#lua;
    const type = lua_type(L, index);
    if (type === LUA_TSTRING) return this.readText(L, index);
    return type === LUA_TNUMBER ? String(lua_tonumber(L, index)) : undefined;
  }

  /** A reply as Redis hands it to a script: a missing value is false, an error is `{err = ...}`. */
  pushReply(L: LuaState, reply: Reply): void {
    const lua = this.#room(L);
    if (reply === null) lua.lua_pushboolean(L, false);
    else if (typeof reply === 'number') lua.lua_pushnumber(L, reply);
    else if (Buffer.isBuffer(reply)) lua.lua_pushstring(L, reply);
    else if (reply instanceof Error) this.pushField(L, 'err', reply.message);
    else {
      lua.lua_createtable(L, reply.length, 0);
      reply.forEach((part, at) => {
        this.pushReply(L, part);
        lua.lua_rawseti(L, -2, at + 1);
      });
    }
  }

  pushField(L: LuaState, field: 'ok' | 'err', text: string): 1 {
    this.#lua.lua_createtable(L, 0, 1);
    this.pushText(L, text);
    this.#lua.lua_setfield(L, -2, utf8(field));
    return 1;
  }

  /** What a script returns, by Redis' rules: numbers lose their fraction, false is null, a list ends at its first nil. */
  readResult(L: LuaState, index: number): Reply {
    const lua = this.#room(L);
    const type = lua.lua_type(L, index);
    if (type === lua.LUA_TSTRING) return Buffer.from(lua.lua_tostring(L, index));
    if (type === lua.LUA_TNUMBER) return Math.trunc(lua.lua_tonumber(L, index));
    if (type === lua.LUA_TBOOLEAN) return lua.lua_toboolean(L, index) ? 1 : null;
    if (type !== lua.LUA_TTABLE) return null;
    const error = this.#readField(L, index, 'err');
    if (error !== undefined) return new Error(error);
    const status = this.#readField(L, index, 'ok');
    if (status !== undefined) return Buffer.from(status);
    const list: Reply[] = [];
    const table = this.#absolute(L, index);
    for (let at = 1; ; at += 1) {
      const isNil = lua.lua_rawgeti(L, table, at) === lua.LUA_TNIL;
      if (!isNil) list.push(this.readResult(L, -1));
      lua.lua_pop(L, 1);
      if (isNil) return list;
    }
  }

  pushJson(L: LuaState, value: unknown): 1 {
    const lua = this.#room(L);
    if (value === null) lua.lua_pushlightuserdata(L, JSON_NULL);
    else if (typeof value === 'boolean') lua.lua_pushboolean(L, value);
    else if (typeof value === 'number') lua.lua_pushnumber(L, value);
    else if (typeof value === 'string') this.pushText(L, value);
    else if (Array.isArray(value)) {
      lua.lua_createtable(L, value.length, 0);
      value.forEach((part, at) => {
        this.pushJson(L, part);
        lua.lua_rawseti(L, -2, at + 1);
      });
    } else {
      lua.lua_createtable(L, 0, 0);
      for (const [name, part] of Object.entries(value as object)) {
        this.pushJson(L, part);
        lua.lua_setfield(L, -2, utf8(name));
      }
    }
    return 1;
  }

  /** A table with the keys 1..n is a list, any other an object; an empty one is `{}`, as in Redis' cjson. */
  readJson(L: LuaState, index: number): unknown {
    const lua = this.#room(L);
    const type = lua.lua_type(L, index);
    if (type === lua.LUA_TSTRING) return this.readText(L, index);
    if (type === lua.LUA_TNUMBER) return lua.lua_tonumber(L, index);
    if (type === lua.LUA_TBOOLEAN) return lua.lua_toboolean(L, index);
    if (type === lua.LUA_TNIL || type === lua.LUA_TLIGHTUSERDATA) return null;
    if (type !== lua.LUA_TTABLE) throw new Error('Cannot serialise: type not supported');
    const table = this.#absolute(L, index);
    const entries: [string, unknown][] = [];
    lua.lua_pushnil(L);
    while (lua.lua_next(L, table)) {
      // A copy of the key: lua_tostring turns a number into text in place and confuses lua_next.
      lua.lua_pushvalue(L, -2);
      const key = this.readText(L, -1);
      lua.lua_pop(L, 1);
      entries.push([key, this.readJson(L, -1)]);
      lua.lua_pop(L, 1);
    }
    const isList = entries.length > 0 && entries.every(([key]) => isIndex(key, entries.length));
    if (!isList) return Object.fromEntries(entries);
    return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, value]) => value);
  }

  /** Lua's stack does not grow by itself; each level of nesting takes a few slots. */
  #room(L: LuaState): Lua {
    if (!this.#lua.lua_checkstack(L, SLOTS_PER_LEVEL)) throw new Error('ERR too deeply nested');
    return this.#lua;
  }

  #readField(L: LuaState, index: number, field: string): string | undefined {
    const lua = this.#lua;
    const isText = lua.lua_getfield(L, index, utf8(field)) === lua.LUA_TSTRING;
    const text = isText ? this.readText(L, -1) : undefined;
    lua.lua_pop(L, 1);
    return text;
  }

  #absolute(L: LuaState, index: number): number {
    return index < 0 ? this.#lua.lua_gettop(L) + index + 1 : index;
  }
}

const isIndex = (key: string, length: number) => /^[1-9]\d*$/.test(key) && Number(key) <= length;
