/** One event of a memory's history in words: what happened, and why where the log says so. Pure. */
import type { HistoryEvent } from '../../api/memories.ts';
import type { Tier } from '../../api/types.ts';
import { shortId } from '../../components/format.ts';

export interface Chapter {
  title: string;
  why?: string | undefined;
  /** Colors the mark of the timeline. */
  tone: Tier | 'change' | 'end' | 'plain';
}

const REASONS: Record<string, string> = {
  age: 'It was as old as this tier keeps memories.',
  pressure: 'The hot tier was full, and others were kept sooner.',
  policy: 'It did not meet the standing policy of its agent.',
  agent: 'Its agent put it there.',
  use: 'It was asked for again.',
  prediction: 'It is usually asked for at this time.',
  repair: 'A copy had been lost and was put back.',
};

const FIELD_WORDS: Record<string, string> = {
  content: 'content',
  metadata: 'metadata',
  pinned: 'pin',
  expires_at: 'expiry',
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const tierOf = (value: unknown): Tier | undefined =>
  value === 'hot' || value === 'warm' || value === 'cold' ? value : undefined;

const listed = new Intl.ListFormat('en', { type: 'conjunction' });

function ofUpdate(event: HistoryEvent): string {
  const pinned = event.changes?.pinned?.to;
  const fields = Array.isArray(event.data.fields) ? event.data.fields.map(String) : [];
  if (fields.length === 1 && fields[0] === 'pinned') return pinned === false ? 'Unpinned' : 'Pinned';
  return fields.length === 0
    ? 'Changed'
    : `Changed ${listed.format(fields.map((field) => FIELD_WORDS[field] ?? field))}`;
}

export function chapterOf(event: HistoryEvent): Chapter {
  const { type, data, tier } = event;
  const reason = text(data.reason);
  switch (type) {
    case 'memory.stored':
      return { title: `Stored in ${tier ?? 'memory'}`, tone: tier ?? 'plain' };
    case 'memory.updated':
      return { title: ofUpdate(event), why: reason, tone: 'change' };
    case 'memory.prioritized':
      return { title: `Priority ${number(data.from)} to ${number(data.to)}`, why: reason, tone: 'change' };
    case 'memory.tier_changed':
      return {
        title: `Moved from ${text(data.from) ?? '?'} to ${text(data.to) ?? '?'}`,
        why: text(data.note) ?? (reason === undefined ? undefined : (REASONS[reason] ?? reason)),
        tone: tierOf(data.to) ?? 'plain',
      };
    case 'memory.retained':
      return data.policy_id === null
        ? { title: 'No longer retained by a policy', tone: 'plain' }
        : { title: 'Retained by its agent’s policy', tone: 'plain' };
    case 'memory.expired':
      return { title: 'Expired, as it was told to', tone: 'end' };
    case 'memory.deleted':
      return { title: 'Deleted', why: reason === 'agent' ? REASON_FORGOTTEN : reason, tone: 'end' };
    case 'memory.erased':
      return { title: 'Erased with all of its person', why: reason, tone: 'end' };
    default:
      return { title: type, why: reason, tone: 'plain' };
  }
}

const REASON_FORGOTTEN = 'Its agent forgot it.';

const number = (value: unknown): string => (typeof value === 'number' ? String(Math.round(value * 100) / 100) : '?');

/** Why it is in its tier: the last move, or that it never moved. */
export function standing(
  events: readonly HistoryEvent[],
): { title: string; why?: string | undefined; at: string } | undefined {
  const last = events.findLast(({ type }) => type === 'memory.tier_changed') ?? events[0];
  return last && { ...chapterOf(last), at: last.at };
}

/** `agent:planner` -> "agent planner", `system:migrate-tiers` -> "the system (migrate-tiers)", `key:key_0199…` -> "key …84be". */
export function actorWords(actor: string): string {
  const [kind, ...name] = actor.split(':');
  const of = name.join(':');
  if (kind === 'system') return `the system (${of})`;
  if (kind === 'key') return `key ${shortId(of)}`;
  return of === '' ? actor : `${kind} ${of}`;
}
