/** The part of fengari (Lua in JavaScript) that the in-process Redis uses; the package has no types of its own. */
declare module 'fengari' {
  /** A Lua thread. */
  export interface LuaState {
    readonly brand: 'lua_State';
  }
  type Bytes = Uint8Array;
  export interface Lua {
    LUA_OK: number;
    LUA_YIELD: number;
    LUA_TNIL: number;
    LUA_TBOOLEAN: number;
    LUA_TNUMBER: number;
    LUA_TSTRING: number;
    LUA_TTABLE: number;
    LUA_TLIGHTUSERDATA: number;
    lua_close(L: LuaState): void;
    lua_checkstack(L: LuaState, slots: number): boolean;
    lua_xmove(from: LuaState, to: LuaState, count: number): void;
    lua_newthread(L: LuaState): LuaState;
    lua_resume(L: LuaState, from: LuaState | null, args: number): number;
    lua_yield(L: LuaState, results: number): number;
    lua_error(L: LuaState): number;
    lua_gettop(L: LuaState): number;
    lua_settop(L: LuaState, index: number): void;
    lua_pop(L: LuaState, count: number): void;
    lua_type(L: LuaState, index: number): number;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_tostring(L: LuaState, index: number): Bytes;
    lua_next(L: LuaState, index: number): number;
    lua_rawgeti(L: LuaState, index: number, n: number): number;
    lua_rawseti(L: LuaState, index: number, n: number): void;
    lua_getfield(L: LuaState, index: number, name: Bytes): number;
    lua_setfield(L: LuaState, index: number, name: Bytes): void;
    lua_setglobal(L: LuaState, name: Bytes): void;
    lua_createtable(L: LuaState, list: number, fields: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushstring(L: LuaState, value: Bytes): Bytes;
    lua_pushcfunction(L: LuaState, call: (L: LuaState) => number): void;
    lua_pushlightuserdata(L: LuaState, value: object): void;
    lua_pushvalue(L: LuaState, index: number): void;
  }
  export interface LuaAuxiliary {
    luaL_newstate(): LuaState;
    luaL_loadbuffer(L: LuaState, code: Bytes, size: number, name: Bytes): number;
  }
  export const lua: Lua;
  export const lauxlib: LuaAuxiliary;
  export const lualib: { luaL_openlibs(L: LuaState): void };
}
