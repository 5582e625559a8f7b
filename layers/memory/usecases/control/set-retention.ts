/** set_retention: a standing policy, judged now and again by every sweep. Simulated, it says what would move and which recalls would change. */
import { createHash } from 'node:crypto';
import type { CatalogRow } from '../../catalog/port.ts';
import { type Instant, instant } from '../../clock.ts';
import { AurenError, EngineUnavailable } from '../../errors.ts';
import {
  andThen,
  type ChangeContext,
  type Changed,
  contextFor,
  ended,
  movedTo,
  plainEvent,
  retained,
} from '../../log/change.ts';
import type { ControlAction, Idempotency } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { LogEvent } from '../../model/event.ts';
import { canonicalJson, type JsonObject } from '../../model/json.ts';
import type { MemoryRecord } from '../../model/memory.ts';
import { defaultThreshold, keptBy, outcomeOf, type RetentionPolicy } from '../../policy/retention-policy.ts';
import { claimOf, earlierReply, replayOf } from '../idempotent.ts';
import { retried } from '../retried.ts';
import { type ControlPorts, carryOut } from './apply.ts';
import { type Effects, queriesOf, type RehearsalPorts, rehearsals } from './rehearse.ts';

export type SetRetention = Extract<ControlAction, { action: 'set_retention' }>;

export type RetentionPorts = ControlPorts & RehearsalPorts;

const IDS_SHOWN_MAX = 1_000;
const CHUNK = 200;

export const policyStream = (agentId: string): string => `policy:${agentId}`;

/** The same policy has the same id: setting it again changes nothing. */
function policyOf(
  tenantId: string,
  agentId: string,
  { criteria, scoreThreshold, onFail }: SetRetention,
  now: Instant,
): RetentionPolicy {
  const rules = { criteria, scoreThreshold: scoreThreshold ?? defaultThreshold(criteria), onFail };
  const digest = createHash('sha256')
    .update(canonicalJson([tenantId, agentId, rules]))
    .digest('hex');
  return { id: `pol_${digest.slice(0, 32)}`, ...rules, setAt: now };
}

export const criteriaToWire = ({ criteria }: Pick<RetentionPolicy, 'criteria'>): JsonObject =>
  Object.fromEntries(
    Object.entries({
      min_priority: criteria.minPriority,
      min_confidence: criteria.minConfidence,
      min_access_count: criteria.minAccessCount,
      max_age_days: criteria.maxAgeDays,
    }).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

/** Uses since the last sweep count too. With Redis down the catalog's count is the best there is. */
async function withPendingUses(ports: ControlPorts, tenantId: string, rows: CatalogRow[]): Promise<CatalogRow[]> {
  try {
    const pending = await ports.hot.pendingUses(tenantId);
    return rows.map((row) => ({ ...row, accessCount: row.accessCount + (pending.get(row.id)?.count ?? 0) }));
  } catch (error) {
    if (error instanceof EngineUnavailable) return rows;
    throw error;
  }
}

/** What the policy does to one memory; null where it is as it should be. */
function verdict(
  context: ChangeContext,
  before: MemoryRecord,
  policy: RetentionPolicy,
  keeps: boolean,
): Changed | LogEvent | null {
  const { forget, retainedBy, tier } = outcomeOf(before, policy, keeps);
  if (forget) return ended(context, before, 'memory.deleted', 'policy');
  const move = (record: MemoryRecord) => movedTo(context, record, tier, 'policy', record.hold);
  if (retainedBy === before.retainedBy) return tier === before.tier ? null : move(before);
  const marked = retained(context, before, retainedBy);
  return tier === before.tier ? marked : andThen(marked, move);
}

/** What the policy would do, as far as recalls can tell. */
function effectsOf(policy: RetentionPolicy, rows: readonly CatalogRow[], keeps: ReadonlySet<string>): Effects {
  const outcomes = rows.map((row) => ({ row, outcome: outcomeOf(row, policy, keeps.has(row.id)) }));
  const forgotten = outcomes.filter(({ outcome }) => outcome.forget);
  const moved = outcomes.filter(({ row, outcome }) => !outcome.forget && outcome.tier !== row.tier);
  return {
    forgotten: new Set(forgotten.map(({ row }) => row.id)),
    moved: new Map(moved.map(({ row, outcome }) => [row.id, outcome.tier])),
  };
}

/**
 * Brings memories in line with the policy, a chunk a commit; each chunk can be repeated.
 * @param keeps as judged with the uses that were pending; what has earned its place since is kept as well
 */
export async function enforce(
  ports: ControlPorts,
  contextOfNow: () => ChangeContext,
  policy: RetentionPolicy,
  keeps: ReadonlySet<string>,
  ids: readonly string[],
) {
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    await retried(async () => {
      const context = contextOfNow();
      const rows = await ports.catalog.find(context.tenantId, chunk, 'any', context.now);
      const keepsNow = keptBy(policy, rows, context.now);
      const verdicts = rows.flatMap(({ content, ...row }) =>
        content === null
          ? []
          : [verdict(context, { ...row, content }, policy, keeps.has(row.id) || keepsNow.has(row.id))],
      );
      await carryOut(ports, context, {
        changes: verdicts.filter((it): it is Changed => it !== null && 'record' in it),
        ends: verdicts.filter((it): it is LogEvent => it !== null && 'streamId' in it),
      });
    });
  }
}

/**
 * Makes the policy stand where it does not yet; answers the earlier reply where the request is a repeated one. Throws `conflict` where
 * another is set meanwhile.
 */
async function stand(
  ports: ControlPorts,
  context: ChangeContext,
  agentId: string,
  policy: RetentionPolicy,
  { body, idempotency }: { body: JsonObject; idempotency: Idempotency | undefined },
) {
  const claim = claimOf(idempotency, { status: 200, body });
  const head = (await ports.log.stream(context.tenantId, policyStream(agentId))).at(-1);
  if ((await ports.catalog.policy(context.tenantId, agentId))?.id === policy.id) {
    if (idempotency === undefined) return null;
    return replayOf(
      await ports.log.commit({ tenantId: context.tenantId, events: [], now: context.now, ...claim }),
      idempotency,
    );
  }
  const event = plainEvent(context, policyStream(agentId), head ?? null, {
    type: 'policy.set',
    agentId,
    data: {
      policy_id: policy.id,
      criteria: criteriaToWire(policy),
      score_threshold: policy.scoreThreshold,
      on_fail: policy.onFail,
    },
  });
  const result = await ports.log.commit({
    tenantId: context.tenantId,
    events: [event],
    policy: { agentId, policy },
    now: context.now,
    ...claim,
  });
  await ports.poke.poke(context.tenantId);
  return replayOf(result, idempotency);
}

export async function setRetention(
  ports: RetentionPorts,
  caller: Caller,
  agentId: string,
  action: SetRetention,
  idempotency: Idempotency | undefined,
) {
  const context = contextFor(ports, caller, instant(ports.clock.now()));
  const policy = policyOf(caller.tenantId, agentId, action, context.now);
  const rows = await withPendingUses(
    ports,
    caller.tenantId,
    await ports.catalog.ofAgent(caller.tenantId, agentId, context.now),
  );
  const keeps = keptBy(policy, rows, context.now);
  const released = rows.map(({ id }) => id).filter((id) => !keeps.has(id));
  const body: JsonObject = {
    action: 'set_retention',
    retained_count: keeps.size,
    memory_ids: [...keeps].slice(0, IDS_SHOWN_MAX),
    released_count: released.length,
    released_ids: released.slice(0, IDS_SHOWN_MAX),
    policy_id: policy.id,
  };
  if (action.simulate) {
    const queries = await queriesOf(ports, caller, agentId, action.queries);
    const recalls = await rehearsals(ports.rehearse, caller, queries, effectsOf(policy, rows, keeps));
    return { body: { ...body, simulated: true, recalls_changed: recalls }, replayed: false };
  }
  const repeated = await earlierReply(ports.log, caller.tenantId, idempotency, context.now);
  if (repeated) return { body: repeated.body ?? body, replayed: true };
  if (policy.onFail === 'forget' && released.length > 0 && action.confirmCount !== released.length) {
    throw new AurenError(
      'conflict',
      `params.confirm_count: ${released.length} memories are released as of now, not ${action.confirmCount}; simulate again and confirm that number.`,
      {
        errors: [{ path: 'params.confirm_count', message: `must be ${released.length}, the released_count of now` }],
      },
    );
  }
  const earlier = await retried(() => stand(ports, context, agentId, policy, { body, idempotency }));
  if (earlier) return { body: earlier.body ?? body, replayed: true };
  await enforce(
    ports,
    () => contextFor(ports, caller, instant(ports.clock.now())),
    policy,
    keeps,
    rows.map(({ id }) => id),
  );
  return { body, replayed: false };
}
