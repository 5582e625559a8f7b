/** Uses as the hot tier's scripts take them and give them back. */
import { inPairs } from '../clients/redis-script.ts';
import type { Recall } from '../policy/co-access.ts';
import type { HourCounts, PendingUses } from './port.ts';

const HOUR_DIGITS = 2;

/** From fields such as `mem_1 07`. */
function hoursById(counts: readonly [field: string, count: string][]): Map<string, HourCounts> {
  const found = new Map<string, HourCounts>();
  for (const [field, count] of counts) {
    const [id = '', hour] = field.split(' ');
    found.set(id, { ...found.get(id), [Number(hour)]: Number(count) });
  }
  return found;
}

export function pendingFromReply([counts = [], instants = [], byHour = []]: string[][]): Map<string, PendingUses> {
  const lastUses = new Map(inPairs(instants));
  const hours = hoursById(inPairs(byHour));
  return new Map(
    inPairs(counts).flatMap(([id, count]) => {
      const recent = lastUses.get(id)?.split(' ') ?? [];
      const [lastAt] = recent;
      return lastAt === undefined ? [] : [[id, { count: Number(count), lastAt, recent, hours: hours.get(id) ?? {} }]];
    }),
  );
}

/** Their number, then hour and count of each. */
export function hourArguments(hours: HourCounts): string[] {
  const pairs = Object.entries(hours).map(([hour, count]) => [hour.padStart(HOUR_DIGITS, '0'), String(count)]);
  return [String(pairs.length), ...pairs.flat()];
}

export function recallFromReply(json: string): Recall {
  const [at = '', agentId = '', ...ids] = JSON.parse(json) as string[];
  return { at, agentId: agentId || null, ids };
}
