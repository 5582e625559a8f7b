/** Why a memory is where it is: its retention score, the terms of it, and how it will fade unused. */
import { DAY_MS, instant } from '../clock.ts';
import { notFound } from '../errors.ts';
import type { AurenMemory } from '../memory.ts';
import { mayRead } from '../policy/access.ts';
import { retentionParts, retentionScore } from '../policy/retention.ts';
import type { Ports } from './ports.ts';

/** Days from now at which the fading score is told. */
const HORIZON_DAYS = [0, 1, 3, 7, 14, 30, 60, 90, 180, 365];

export function createRetention(ports: Pick<Ports, 'catalog' | 'clock'>): Pick<AurenMemory, 'retention'> {
  return {
    async retention(caller, id) {
      const now = instant(ports.clock.now());
      const [row] = await ports.catalog.find(caller.tenantId, [id], 'none', now);
      if (row === undefined || !mayRead(caller, row)) throw notFound(`memory ${id}`);
      const points = HORIZON_DAYS.map((days) => {
        const at = instant(Date.parse(now) + days * DAY_MS);
        return { at, score: retentionScore(row, at) };
      });
      return { score: retentionScore(row, now), parts: { ...retentionParts(row, now) }, points };
    },
  };
}
