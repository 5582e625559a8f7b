/**
 * Rebuild: the log is verified, the catalog made what it says, Redis and Chroma filled anew where they differ, and all of it proved equal
 * by a hash. Every step finds by itself what is left to do, so a run that was killed is finished by the next, and one with nothing to
 * do changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AurenError } from '../../errors.ts';
import { INDEX_CONSUMER } from '../../feed/names.ts';
import { fillIndex } from './fill-index.ts';
import type { Progress, RebuildPorts } from './ports.ts';
import { isEqual, type Proof, prove } from './prove.ts';
import { restoreCatalog } from './restore-catalog.ts';
import { verifyLog } from './verify-log.ts';

export interface Rebuilt {
  tenantId: string;
  proof: Proof;
  isEqual: boolean;
  /** Rows of the catalog that were wrong, missing or too many. */
  rowsRepaired: number;
  redisRefilled: boolean;
  indexRefilled: boolean;
}

export interface RebuildOptions {
  /** Embeds everything anew, and drops the indexes of other models when the new one is proved. Touches neither catalog nor Redis. */
  indexOnly?: boolean;
}

const DRAIN_MS = 5_000;
/** While others write a consumer never stands at the end: this near to it is near enough. */
const BACKLOG_MAX = 100;
/** A consumer that applies nothing for so long does not get on; longer than the lease of one that was killed. */
const IDLE_MAX_MS = 120_000;
const ASK_EVERY_MS = 250;

export function createRebuild(ports: RebuildPorts) {
  const { consumers, hot, next } = ports;

  /** Also refills a Redis that was emptied: its projector begins anew where there is no cursor. */
  async function caughtUp(
    drainer: RebuildPorts['projecting'],
    tenantId: string,
    cursor: () => Promise<string | null>,
  ): Promise<void> {
    let idleSinceMs = Date.now();
    while (Date.now() - idleSinceMs < IDLE_MAX_MS) {
      const report = await drainer.drain(tenantId, new Date(Date.now() + DRAIN_MS));
      if (report.caughtUp) return;
      if (report.events > 0) {
        idleSinceMs = Date.now();
        if ((await ports.log.backlog(tenantId, await cursor())) <= BACKLOG_MAX) return;
      }
      if (report.heldElsewhere) await sleep(ASK_EVERY_MS);
    }
    throw new AurenError(
      'in_progress',
      `The consumers of tenant "${tenantId}" do not get on: another process holds them, or a transaction is open. Run it again.`,
    );
  }

  async function settled(tenantId: string): Promise<void> {
    await caughtUp(ports.projecting, tenantId, () => hot.cursor(tenantId));
    await caughtUp(ports.indexing, tenantId, () => consumers.cursor(INDEX_CONSUMER, tenantId));
  }

  async function wholeTenant(tenantId: string, progress: Progress): Promise<Rebuilt> {
    const state = await verifyLog(ports, tenantId, progress);
    const rowsRepaired = await restoreCatalog(ports, tenantId, state, progress);
    await settled(tenantId);
    const before = await prove(ports, tenantId, progress);
    const redisRefilled = before.differences.redis.count > 0;
    const indexRefilled = before.differences.chroma.count > 0;
    if (redisRefilled) await hot.empty(tenantId);
    if (indexRefilled) await fillIndex(ports, tenantId, before.memories, progress);
    await settled(tenantId);
    const proof = redisRefilled || indexRefilled ? await prove(ports, tenantId, progress) : before;
    return { tenantId, proof, isEqual: isEqual(proof), rowsRepaired, redisRefilled, indexRefilled };
  }

  /** The old index is dropped only when every memory and every cold copy is proved to stand in the new one. */
  async function indexOnly(tenantId: string, progress: Progress): Promise<Rebuilt> {
    await verifyLog(ports, tenantId, progress);
    await fillIndex(ports, tenantId, await ports.repair.count(tenantId), progress);
    await settled(tenantId);
    const proof = await prove(ports, tenantId, progress);
    if (proof.differences.chroma.count === 0) await next.dropOthers(tenantId);
    return { tenantId, proof, isEqual: isEqual(proof), rowsRepaired: 0, redisRefilled: false, indexRefilled: true };
  }

  return {
    tenants: () => consumers.tenants(),

    /** Throws BrokenLog, before anything was changed, and what engines throw; `in_progress` where a consumer is at work elsewhere. */
    rebuild: (tenantId: string, progress: Progress, { indexOnly: isIndexOnly = false }: RebuildOptions = {}) =>
      isIndexOnly ? indexOnly(tenantId, progress) : wholeTenant(tenantId, progress),

    /**
     * After a restore of PostgreSQL: a new epoch ends all cursors, and what Redis and Chroma hold may be of events that are gone, so it
     * goes. To be run again from its beginning where it was killed.
     */
    async forgetProjections(): Promise<void> {
      await ports.replay.newEpoch();
      for (const tenantId of await consumers.tenants()) {
        await ports.replay.admit(tenantId);
        await hot.empty(tenantId, { uses: true });
        await next.dropAll(tenantId);
      }
    },
  };
}
