/** What happened, in words: one sentence an event. Events that a later version adds are told by their name. */
import type { FeedEvent } from '../../api/types.ts';
import { count, milliseconds, plural } from '../../components/format.ts';

export interface Told {
  /** Who or what it is about; shown strong. */
  who: string;
  /** The rest of the sentence. */
  what: string;
}

const REASONS: Record<string, string> = {
  age: 'by age',
  pressure: 'to make room',
  policy: 'by its policy',
  agent: 'as asked',
  use: 'by use',
  prediction: 'in advance',
  repair: 'in a repair',
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : text(value));
const withArticle = (word: string) => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
const forUser = ({ user_id: user }: FeedEvent) => (user === null ? '' : ` for ${user}`);
const reasonIn = ({ data }: FeedEvent) => {
  const reason = text(data.reason);
  return reason === '' ? '' : ` ${REASONS[reason] ?? `(${reason})`}`;
};
const kind = ({ memory_type: type }: FeedEvent) => type ?? 'memory';
const owned = (event: FeedEvent, what: string) => `’s ${kind(event)}${forUser(event)} ${what}`;

type Teller = (event: FeedEvent) => string;

const SENTENCES: Record<string, Teller> = {
  'memory.stored': (event) => ` stored ${withArticle(kind(event))}${forUser(event)}`,
  'memory.updated': (event) => owned(event, `changed: ${list(event.data.fields) || 'its content'}`),
  'memory.prioritized': (event) =>
    owned(event, `went from priority ${number(event.data.from) ?? '?'} to ${number(event.data.to) ?? '?'}`),
  'memory.tier_changed': (event) =>
    owned(event, `moved from ${text(event.data.from)} to ${text(event.data.to)}${reasonIn(event)}`),
  'memory.retained': (event) => owned(event, 'is retained by its policy'),
  'memory.expired': (event) => owned(event, 'expired'),
  'memory.deleted': (event) => owned(event, `was deleted${reasonIn(event)}`),
  'memory.erased': (event) => owned(event, `was erased${reasonIn(event)}`),
  'memory.retrieved': (event) =>
    owned(
      event,
      `was read from ${text(event.data.tier) || event.tier} in ${milliseconds(number(event.data.latency_ms) ?? 0)}`,
    ),
  'memory.searched': ({ data }) =>
    ` searched (${text(data.mode) || 'hybrid'}) and found ${plural(number(data.results_count) ?? 0, 'memory', 'memories')} in ${milliseconds(number(data.took_ms) ?? 0)}`,
  'policy.set': () => ' has a new standing policy',
  'policy.cleared': () => ' has no standing policy any more',
  'space.created': ({ space_id: space }) => ` made the space ${space ?? ''}`,
  'space.deleted': ({ space_id: space }) => ` deleted the space ${space ?? ''}`,
  'space.member_set': ({ space_id: space, data }) =>
    ` let ${text(data.agent_id) || 'an agent'} into the space ${space ?? ''}`,
  'space.member_removed': ({ space_id: space, data }) =>
    ` took ${text(data.agent_id) || 'an agent'} out of the space ${space ?? ''}`,
  'key.created': () => ' made an API key',
  'key.revoked': () => ' revoked an API key',
  'pattern.discovered': ({ data }) => ` found a pattern of ${count(number(data.size) ?? 0)} memories`,
};

const ACTOR = /^(agent|key|system):(.*)$/;

/** `agent:kitchen` -> kitchen; a key without an agent is told as such. */
function actorName(actor: string): string {
  const [, kindOf, name] = ACTOR.exec(actor) ?? [];
  if (kindOf === 'key') return 'An API key';
  return name ?? actor;
}

export function describe(event: FeedEvent): Told {
  const who = event.agent_id ?? actorName(event.actor);
  const sentence = SENTENCES[event.type];
  return { who, what: sentence ? sentence(event) : `: ${event.type}` };
}

/** Colors a row by what it does: how the dot before it looks. */
export type Mark = 'in' | 'move' | 'out' | 'read' | 'other';

export function markOf({ type }: FeedEvent): Mark {
  if (type === 'memory.stored') return 'in';
  if (type === 'memory.tier_changed') return 'move';
  if (['memory.expired', 'memory.deleted', 'memory.erased'].includes(type)) return 'out';
  return type === 'memory.retrieved' || type === 'memory.searched' ? 'read' : 'other';
}
