/**
 * Faults between the use cases and their ports: an engine that is down, one that goes away in the middle of a request, a commit whose
 * answer is lost, and a process that dies at its nth engine call, after which nothing of it runs any more.
 */
import { type Engine, EngineUnavailable } from '../../../layers/memory/errors.ts';

export const ENGINES = ['postgres', 'redis', 'chroma'] as const satisfies Engine[];

/** `call` counts the engine calls of one step from 1; for `lost`, its commits. */
export interface Fault {
  kind: 'crash-before' | 'crash-after' | 'lost' | 'cut-postgres' | 'cut-redis' | 'cut-chroma';
  call: number;
}

/** The process is dead: whoever waits for an answer gets none. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface Faults {
  readonly down: Set<Engine>;
  /** Arms a fault for the step that begins; none disarms. */
  arm(fault?: Fault): void;
  /** What struck since it was armed. */
  readonly struck: Fault['kind'] | null;
  /** The port as it is at each call, behind the faults. */
  wrap<T extends object>(engine: Engine, portOfNow: () => T): T;
}

const outage = (engine: Engine) => new EngineUnavailable(engine, new Error('switched off by the test'));

export function createFaults(): Faults {
  const down = new Set<Engine>();
  let armed: Fault | undefined;
  let struck: Fault['kind'] | null = null;
  let calls = 0;

  /** Whether the armed fault strikes at this call. */
  function strikes(engine: Engine, method: string): boolean {
    if (armed === undefined || struck !== null) return false;
    if (armed.kind === 'lost' && method !== 'commit') return false;
    if (armed.kind.startsWith('cut-') && armed.kind !== `cut-${engine}`) return false;
    calls += 1;
    if (calls !== armed.call) return false;
    struck = armed.kind;
    return true;
  }

  async function call(engine: Engine, method: string, perform: () => Promise<unknown>): Promise<unknown> {
    if (struck?.startsWith('crash')) throw new Crash('the process is dead');
    if (down.has(engine) || struck === `cut-${engine}`) throw outage(engine);
    if (!strikes(engine, method)) return await perform();
    if (struck === 'crash-before') throw new Crash('died before the call');
    if (struck?.startsWith('cut-')) throw outage(engine);
    await perform();
    throw struck === 'lost' ? outage(engine) : new Crash('died after the call');
  }

  return {
    down,
    arm(fault) {
      armed = fault;
      struck = null;
      calls = 0;
    },
    get struck() {
      return struck;
    },
    wrap: (engine, portOfNow) =>
      new Proxy(portOfNow(), {
        get(_, name) {
          const port = portOfNow();
          const member: unknown = Reflect.get(port, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => call(engine, String(name), async () => Reflect.apply(member, port, args));
        },
      }),
  };
}
