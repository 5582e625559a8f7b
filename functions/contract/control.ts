/** An agent governs its own memories: actions, and its standing retention policy. */
import { criteriaCount, ON_FAIL } from '@auren/memory/policy/retention-policy.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { confidence, memoryId, name, priority, reason } from './fields.ts';
import { searchBody } from './search.ts';

export const CONTROL_IDS_MAX = 1_000;
export const REHEARSED_QUERIES_MAX = 50;
const AGE_DAYS_MAX = 36_500;
const COUNT_MAX = 1_000_000_000;

const path = z.strictObject({ agent_id: name });
const memory_ids = z.array(memoryId).check(z.minLength(1), z.maxLength(CONTROL_IDS_MAX));

const count = z.int().check(z.gte(0), z.lte(COUNT_MAX));

const criteria = z.strictObject({
  min_priority: z.optional(priority),
  min_confidence: z.optional(confidence),
  min_access_count: z.optional(count),
  max_age_days: z.optional(z.number().check(z.gt(0), z.lte(AGE_DAYS_MAX))),
  score_threshold: z.optional(z.int().check(z.gte(1))),
});

const retentionParams = z
  .strictObject({
    criteria,
    on_fail: z._default(z.enum(ON_FAIL), 'demote'),
    simulate: z._default(z.boolean(), false),
    queries: z._default(z.array(searchBody).check(z.maxLength(REHEARSED_QUERIES_MAX)), []),
    confirm_count: z.optional(count),
  })
  .check(({ value, issues }) => {
    const fault = (at: string[], message: string) => issues.push({ code: 'custom', path: at, message, input: value });
    const { score_threshold: threshold, ...given } = value.criteria;
    const points = criteriaCount(given as Parameters<typeof criteriaCount>[0]);
    if (points === 0) fault(['criteria'], 'must name at least one criterion besides score_threshold');
    else if (threshold !== undefined && threshold > points) {
      fault(['criteria', 'score_threshold'], `must not exceed the number of criteria given (${points})`);
    }
    if (value.on_fail === 'forget' && !value.simulate && value.confirm_count === undefined) {
      fault(['confirm_count'], 'is required to forget: give the released_count that a simulation answers');
    }
  });
export type WireRetention = z.output<typeof retentionParams>;

const onIds = <const A extends string>(action: A) =>
  z.strictObject({ action: z.literal(action), params: z.strictObject({ memory_ids }), reason });

const controlBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('set_retention'), params: retentionParams, reason }),
  z.strictObject({
    action: z.literal('prioritize'),
    params: z.strictObject({ memory_ids, boost_factor: z._default(z.number().check(z.gt(0)), 1.5) }),
    reason,
  }),
  onIds('pin'),
  onIds('unpin'),
  onIds('archive'),
  onIds('demote'),
  onIds('promote'),
  onIds('forget'),
]);
export type WireControl = z.output<typeof controlBody>;

const skipped = z.optional(z.array(z.strictObject({ id: z.string(), reason: z.string() })));

const recallChange = z.strictObject({
  query: z.unknown(),
  before: z.array(z.string()),
  after: z.array(z.string()),
});

export const controlMemories = contract('control-memories', {
  path,
  body: controlBody,
  answer: z.looseObject({
    action: z.string(),
    retained_count: z.optional(z.int()),
    released_count: z.optional(z.int()),
    released_ids: z.optional(z.array(z.string())),
    policy_id: z.optional(z.nullable(z.string())),
    recalls_changed: z.optional(z.array(recallChange)),
    updated_count: z.optional(z.int()),
    archived_count: z.optional(z.int()),
    memory_ids: z.optional(z.array(z.string())),
    skipped,
  }),
  status: 200,
  errors: ['conflict'],
  description:
    "Over that agent's own memories; ids that are unknown or another agent's come back in `skipped`. Lists of ids stop at 1,000 beside the full count.",
});

export const getPolicy = contract('get-policy', {
  path,
  answer: z.strictObject({
    policy_id: z.string(),
    criteria: z.strictObject({
      min_priority: z.optional(z.number()),
      min_confidence: z.optional(z.number()),
      min_access_count: z.optional(z.number()),
      max_age_days: z.optional(z.number()),
      score_threshold: z.int(),
    }),
    on_fail: z.enum(ON_FAIL),
    set_at: z.string(),
  }),
  status: 200,
  errors: ['not_found'],
});

export const clearPolicy = contract('clear-policy', {
  path,
  answer: null,
  status: 204,
  errors: ['not_found', 'conflict'],
});
