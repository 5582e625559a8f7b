/**
 * Erases a person: first what the truth says (memories, their content in the log, what is kept beside them, the key), then the copies
 * in Redis and Chroma, then what their files still hold. Each step can be repeated: called again, an erasure goes on where it stood.
 */
import { uuidv7 } from 'uuidv7';
import { instant } from '../../clock.ts';
import { certify } from '../../erasure/certificate.ts';
import { AurenError, EngineUnavailable } from '../../errors.ts';
import type { AurenMemory, Erased } from '../../memory.ts';
import { subjectOfUser } from '../../model/memory.ts';
import { requireUnbound } from '../persons-key.ts';
import { clearCopies } from './clear-copies.ts';
import { endMemories } from './end-memories.ts';
import { eraseDerived } from './erase-derived.ts';
import type { ErasePorts, EraseRun } from './run.ts';

const RETRY_SECONDS = 5;

const tallyOf = ({ ports, caller, userId, record }: EraseRun) =>
  ports.erasures.tally(caller.tenantId, userId, record.id);

/** False where time ran out. */
async function eraseTruth(run: EraseRun): Promise<boolean> {
  const { ports, caller, userId } = run;
  if (!(await endMemories(run))) return false;
  if (!(await eraseDerived(run))) return false;
  await ports.subjectKeys.destroy(caller.tenantId, subjectOfUser(userId));
  return true;
}

/** The person is erased; an engine that holds copies of it does not answer. */
const pending = (error: EngineUnavailable) =>
  new AurenError(
    'engine_unavailable',
    `The memories and their key are erased, but ${error.engine} does not answer and may still hold copies. Repeat the request to finish.`,
    { cause: error, retryAfterSeconds: RETRY_SECONDS },
  );

async function eraseCopies(run: EraseRun): Promise<boolean> {
  try {
    if (!(await clearCopies(run))) return false;
    await run.ports.residue.rewrite();
    return true;
  } catch (error) {
    throw error instanceof EngineUnavailable && error.engine !== 'postgres' ? pending(error) : error;
  }
}

async function complete(run: EraseRun): Promise<Erased> {
  const { ports, caller, userId, record } = run;
  const { counts, streams } = await tallyOf(run);
  const certificate = certify(
    ports.certificateKey,
    {
      id: record.id,
      user_id: userId,
      requested_at: record.requestedAt,
      completed_at: instant(ports.clock.now()),
      counts,
      chain: { verified: record.chainVerified, memories: streams },
    },
    ports.residue.notCovered,
  );
  const standing = await ports.erasures.complete(caller.tenantId, record.id, certificate, streams);
  return { erased: standing.counts, certificate: standing };
}

export function createErasing(ports: ErasePorts): Pick<AurenMemory, 'erase'> {
  return {
    async erase(caller, userId, { reason, deadline }) {
      requireUnbound(caller);
      const fresh = { id: `era_${uuidv7().replaceAll('-', '')}`, requestedAt: instant(ports.clock.now()) };
      const record = await ports.erasures.begin(caller.tenantId, userId, fresh);
      const { certificate } = record;
      if (certificate !== null) return { erased: certificate.counts, certificate };
      // A deadline of the process: real time, not the injected clock.
      const hasTime = () => Date.now() < deadline.getTime();
      const lastId = (await ports.persons.lastStream(caller.tenantId, userId)) ?? '';
      const run: EraseRun = { ports, caller, userId, reason, record, lastId, hasTime };
      const isDone = (await eraseTruth(run)) && (await eraseCopies(run));
      return isDone ? await complete(run) : { erased: (await tallyOf(run)).counts, certificate: null };
    },
  };
}
