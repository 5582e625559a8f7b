/** A session with the sweep beside it, to be run when a test says so. */
import { composeSweep } from '../../../layers/memory/compose.ts';
import { aSession, rowOf, type Session, TENANT } from './session.ts';

const soon = () => new Date(Date.now() + 5_000);

export async function prepare(overrides: Parameters<typeof aSession>[0] = {}) {
  const session = await aSession(overrides);
  const { sweep } = await composeSweep();
  const eventCount = () => session.ports.store.of(TENANT).events.length;
  return { ...session, session, sweep, run: () => sweep(soon()), eventCount };
}

export async function use({ ports, retrieve }: Session, id: string, times: number) {
  for (let n = 0; n < times; n += 1) {
    ports.clock.advance({ seconds: 1 });
    await retrieve(id);
  }
}

export const tierOf = async (session: Session, id: string) => (await rowOf(session, id))?.tier;
