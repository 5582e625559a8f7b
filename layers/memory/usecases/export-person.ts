/** Everything that is kept of a person, one kind after the other: memories, their events with content, what is kept beside them. */
import { decodePageCursor, encodePageCursor } from '../catalog/page-cursor.ts';
import type { Page } from '../catalog/port.ts';
import { TRACE_KINDS } from '../erasure/port.ts';
import { invalidField } from '../errors.ts';
import type { AurenMemory, Exported } from '../memory.ts';
import { requireUnbound } from './persons-key.ts';
import type { Ports } from './ports.ts';

export type ExportPorts = Pick<Ports, 'persons'>;

const KINDS = ['memory', 'event', ...TRACE_KINDS] as const;
type Kind = (typeof KINDS)[number];

/** After this one of its kind; `seq` counts where the key is a stream. */
interface Place {
  kind: Kind;
  key: string;
  seq: number;
}

interface Placed {
  item: Exported;
  place: Place;
}

function placeOf(cursor: string): Place {
  const [kind, key, seq] = decodePageCursor(cursor, ['string', 'string', 'number']);
  const known = KINDS.find((one) => one === kind);
  if (known === undefined || !Number.isInteger(seq)) throw invalidField('cursor', 'is not a cursor of this export.');
  return { kind: known, key: String(key), seq: Number(seq) };
}

async function read(
  { persons }: ExportPorts,
  tenantId: string,
  userId: string,
  { kind, key, seq }: Place,
  limit: number,
): Promise<Placed[]> {
  if (kind === 'memory') {
    const rows = await persons.memories(tenantId, userId, { afterId: key, limit }, 'any');
    return rows.map((row) => ({
      item: { kind, memory: { ...row, content: row.content ?? {} } },
      place: { kind, key: row.id, seq: 0 },
    }));
  }
  if (kind === 'event') {
    const after = { streamId: key, seq };
    const events = await persons.events(tenantId, userId, { after, limit });
    return events.map((event) => ({ item: { kind, event }, place: { kind, key: event.streamId, seq: event.seq } }));
  }
  const traces = await persons.traces(tenantId, userId, kind, { after: key, limit });
  return traces.map((trace) => ({ item: { kind, data: trace.data }, place: { kind, key: trace.key, seq: 0 } }));
}

/** How many of them fit, one at least. */
function fitting(items: readonly Placed[], bytesMax: number): number {
  let bytes = 0;
  const over = items.findIndex(({ item }) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return bytes > bytesMax;
  });
  return over < 0 ? items.length : Math.max(1, over);
}

export function createExporting(ports: ExportPorts): Pick<AurenMemory, 'exportPerson'> {
  return {
    async exportPerson(caller, userId, { limit, cursor }, bytesMax): Promise<Page<Exported>> {
      requireUnbound(caller);
      const from: Place = cursor === undefined ? { kind: 'memory', key: '', seq: 0 } : placeOf(cursor);
      const found: Placed[] = [];
      // One more than asked for: it shows whether a page follows.
      for (const kind of KINDS.slice(KINDS.indexOf(from.kind))) {
        const place = kind === from.kind ? from : { kind, key: '', seq: 0 };
        found.push(...(await read(ports, caller.tenantId, userId, place, limit + 1 - found.length)));
        if (found.length > limit) break;
      }
      const kept = found.slice(0, Math.min(limit, fitting(found, bytesMax)));
      const last = kept.at(-1);
      const more = kept.length < found.length && last !== undefined;
      return {
        items: kept.map(({ item }) => item),
        nextCursor: more ? encodePageCursor([last.place.kind, last.place.key, last.place.seq]) : null,
      };
    },
  };
}
