/** The memory system as plain data, by what the contract and docs/guarantees.md say alone: no log, no caches, no engines. */
import type { JsonObject } from '../../../layers/memory/model/json.ts';

export type Tier = 'hot' | 'warm' | 'cold';
export type Role = 'reader' | 'writer';
export type Visibility = 'agent' | 'user' | 'space';

/** Instants are milliseconds. */
export interface Memo {
  /** Null until the answer, or a list, has named it. */
  id: string | null;
  /** What no other memory says. */
  tag: string;
  agentId: string;
  userId: string | null;
  spaceId: string | null;
  visibility: Visibility;
  key: string | null;
  type: 'fact' | 'analysis';
  content: JsonObject;
  confidence: number;
  priority: number;
  metadata: Record<string, string | number | boolean>;
  pinned: boolean;
  createdAt: number;
  expiresAt: number | null;
  tier: Tier;
  version: number;
  updatedAt: number;
  /** When the tier last changed. */
  movedAt: number;
  retainedBy: string | null;
  uses: { at: number; isFlushed: boolean }[];
  isGone: boolean;
}

export interface Policy {
  id: string | null;
  minPriority: number | null;
  minUses: number | null;
  maxAgeDays: number | null;
  threshold: number;
  onFail: 'demote' | 'archive' | 'forget';
}

export interface Space {
  id: string | null;
  name: string;
  members: Record<string, Role>;
  isGone: boolean;
}

export interface Model {
  now: number;
  capacity: number;
  isRedisUp: boolean;
  memories: Memo[];
  policies: Record<string, Policy>;
  spaces: Space[];
}

/** Why a request is refused, by the contract's codes. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const DAY = 86_400_000;
export const HOT_DAYS = 30;
export const WARM_DAYS = 365;
export const TIERS: readonly Tier[] = ['hot', 'warm', 'cold'];

export const newModel = (now: number, capacity: number): Model => ({
  now,
  capacity,
  isRedisUp: true,
  memories: [],
  policies: {},
  spaces: [],
});

export const isAlive = ({ now }: Model, { isGone, expiresAt }: Memo): boolean =>
  !isGone && (expiresAt === null || expiresAt > now);

export const living = (model: Model): Memo[] => model.memories.filter((memo) => isAlive(model, memo));

/** Members of a space that is there. */
export const spaceOf = (model: Model, id: string | null): Space | undefined =>
  model.spaces.find((space) => space.id === id && id !== null && !space.isGone);

/** `by` null is an unbound key. */
const roleIn = (model: Model, by: string, spaceId: string | null): Role | undefined =>
  spaceOf(model, spaceId)?.members[by];

export const mayRead = (model: Model, by: string | null, memo: Memo): boolean =>
  by === null ||
  memo.agentId === by ||
  memo.visibility === 'user' ||
  (memo.visibility === 'space' && roleIn(model, by, memo.spaceId) !== undefined);

export const mayChange = (model: Model, by: string | null, memo: Memo): boolean =>
  by === null || memo.agentId === by || (memo.visibility === 'space' && roleIn(model, by, memo.spaceId) === 'writer');

export const visible = (model: Model, by: string | null): Memo[] =>
  living(model).filter((memo) => mayRead(model, by, memo));

/** Throws as the contract says of a space that somebody wants to write in. */
export function assertWritesIn(model: Model, by: string | null, spaceId: string | null): void {
  if (spaceId === null) return;
  if (spaceOf(model, spaceId) === undefined) throw new Refused('invalid_field');
  if (by === null) return;
  const role = roleIn(model, by, spaceId);
  if (role === undefined) throw new Refused('invalid_field');
  if (role === 'reader') throw new Refused('not_owner');
}

export function assertVisibilityFits({ visibility, spaceId, userId }: Pick<Memo, 'visibility' | 'spaceId' | 'userId'>) {
  if (visibility === 'space' && spaceId === null) throw new Refused('invalid_field');
  if (visibility === 'user' && userId === null) throw new Refused('invalid_field');
}

/** Pins take at most half of the capacity. */
export const pinsLeft = (model: Model): number =>
  Math.floor(model.capacity / 2) - living(model).filter(({ pinned }) => pinned).length;

export const tierOfAge = (createdAt: number, at: number, stretch = 1): Tier => {
  const days = (at - createdAt) / DAY;
  if (days < HOT_DAYS * stretch) return 'hot';
  return days < WARM_DAYS * stretch ? 'warm' : 'cold';
};

export const isDual = ({ tier, priority, confidence }: Pick<Memo, 'tier' | 'priority' | 'confidence'>): boolean =>
  tier === 'hot' && (priority >= 8 || confidence >= 0.9);

export const move = (model: Model, memo: Memo, tier: Tier): void => {
  if (memo.tier === tier) return;
  memo.tier = tier;
  memo.movedAt = model.now;
};

/** What a change of fields means beside them: a new version, a pin holds hot, what is cold comes warm. */
export function change(model: Model, memo: Memo, fields: Partial<Memo>): void {
  if (sameFields(memo, { ...memo, ...fields })) return;
  Object.assign(memo, fields);
  memo.version += 1;
  memo.updatedAt = model.now;
  if (memo.pinned) move(model, memo, 'hot');
  else if (memo.tier === 'cold') move(model, memo, 'warm');
}

const sameFields = (a: Memo, b: Memo): boolean => sorted(a) === sorted(b);
const sorted = (value: object): string =>
  JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

export const use = (model: Model, memo: Memo): void => {
  if (model.isRedisUp) memo.uses.push({ at: model.now, isFlushed: false });
};
