/** Fault switches and call counters around ports: an engine that is switched off throws, a call is one round trip. */
import { type Engine, EngineUnavailable } from '../../../layers/memory/errors.ts';

export interface Engines {
  /** Round trips so far, failed ones included. */
  readonly calls: Record<Engine, number>;
  fail(engine: Engine): void;
  restore(engine: Engine): void;
  /** The same port, whose every method is a round trip to the engine. */
  behind<T extends object>(engine: Engine, port: T): T;
}

export function createEngines(): Engines {
  const down = new Set<Engine>();
  const calls: Record<Engine, number> = { postgres: 0, redis: 0, chroma: 0 };
  const enter = (engine: Engine): void => {
    calls[engine] += 1;
    if (down.has(engine)) throw new EngineUnavailable(engine, new Error(`${engine} is switched off by the test`));
  };
  return {
    calls,
    fail: (engine) => void down.add(engine),
    restore: (engine) => void down.delete(engine),
    behind: (engine, port) =>
      new Proxy(port, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            enter(engine);
            return Reflect.apply(member, target, args);
          };
        },
      }),
  };
}
