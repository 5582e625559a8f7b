/** A scope's patterns as they are now: groups found in its memories, each with the name of the pattern that it continues. Pure but for its pauses. */
import { uuidv7 } from 'uuidv7';
import { type ChangeContext, plainEvent } from '../../log/change.ts';
import type { PatternWrite } from '../../log/port.ts';
import type { LogEvent } from '../../model/event.ts';
import { PATTERN_ID, type PatternScope, type SeenMember, type StoredPattern } from '../../model/pattern.ts';
import { audienceOf } from '../../patterns/audience.ts';
import { cosinesOf } from '../../patterns/cosines.ts';
import { type Grouping, groupsIn } from '../../patterns/group.ts';
import { continuing } from '../../patterns/match.ts';
import { termsOf } from '../../patterns/terms.ts';
import { dominantType, rounded } from '../../patterns/view.ts';
import type { Readable } from './readable.ts';

/** Terms that make the label. */
const LABEL_TERMS = 3;

export type Found = Pick<StoredPattern, 'label' | 'terms' | 'members'>;

const seen = ({ id, agentId, visibility, spaceId }: Readable['row'], similarity: number): SeenMember => ({
  id,
  similarity: rounded(similarity),
  agentId,
  visibility,
  spaceId,
});

export async function findGroups(memories: readonly Readable[], grouping: Grouping): Promise<Found[]> {
  const groups = groupsIn(await cosinesOf(memories.map(({ vector }) => vector)), grouping).map((group) =>
    group.flatMap(({ at, similarity }) => {
      const memory = memories[at];
      return memory === undefined ? [] : [{ memory, similarity }];
    }),
  );
  const grouped = new Set(groups.flat().map(({ memory }) => memory));
  const rest = memories.filter((memory) => !grouped.has(memory));
  const terms = termsOf(
    groups.map((group) => group.map(({ memory }) => memory.text)),
    rest.map(({ text }) => text),
  );
  return groups.map((group, index) => {
    const words = terms[index] ?? [];
    return {
      label: words.slice(0, LABEL_TERMS).join(', ') || dominantType(group.map(({ memory }) => memory.row)),
      terms: words,
      members: group.map(({ memory, similarity }) => seen(memory.row, similarity)),
    };
  });
}

const idsOf = ({ members }: Pick<StoredPattern, 'members'>) => members.map(({ id }) => id);

const isSameSet = (a: readonly string[], b: readonly string[]): boolean => {
  const all = new Set(a);
  return a.length === b.length && b.every((id) => all.has(id));
};

function discovered(
  context: ChangeContext,
  id: string,
  before: StoredPattern | undefined,
  found: Found,
  reader: string | null,
): LogEvent {
  const head = before === undefined ? null : { seq: before.seq, hash: before.headHash };
  return plainEvent(context, `pattern:${id}`, head, {
    type: 'pattern.discovered',
    data: { pattern_id: id, size: found.members.length },
    ...audienceOf(found.members, reader),
  });
}

export interface Renewal extends PatternWrite {
  events: LogEvent[];
  /** Of those kept, how many were not known before. */
  newCount: number;
}

/** What the scope's patterns become. An event for each that is new or has other members than before, none for one that stays. */
export function renew(
  context: ChangeContext,
  { scope, minSize }: { scope: PatternScope; minSize: number },
  known: readonly StoredPattern[],
  found: readonly Found[],
): Renewal {
  const matches = continuing(found.map(idsOf), known.map(idsOf));
  const renewal: Renewal = { kept: [], dropped: [], events: [], newCount: 0 };
  for (const [index, group] of found.entries()) {
    const before = known[matches.get(index) ?? -1];
    if (before !== undefined && isSameSet(idsOf(before), idsOf(group))) {
      renewal.kept.push({ ...before, ...group, minSize });
      continue;
    }
    const id = before?.id ?? `${PATTERN_ID}${uuidv7().replaceAll('-', '')}`;
    const event = discovered(context, id, before, group, scope.reader);
    renewal.events.push(event);
    if (before === undefined) renewal.newCount += 1;
    const head = { seq: event.seq, headHash: event.hash };
    renewal.kept.push({ id, scope, ...group, minSize, discoveredAt: context.now, ...head });
  }
  const staying = new Set(matches.values());
  renewal.dropped = known.filter((_, index) => !staying.has(index));
  return renewal;
}
