/** Agent-controlled memory: control by id, standing policies. */
import fc from 'fast-check';
import type { ControlAction } from '../../../../layers/memory/memory.ts';
import { change, isAlive, living, type Memo, type Model, mayRead, move, pinsLeft, Refused, TIERS } from '../model.ts';
import { isKept, judge } from '../sweep-model.ts';
import { callerOf } from '../view.ts';
import { AGENTS, at, by, idAt, type Operation, onceIn, whoIs } from './operation.ts';

const agent = fc.constantFrom(...AGENTS.slice(0, 2));

function assertGoverns(who: string | null, agentId: string): void {
  if (who !== null && who !== agentId) throw new Refused('agent_mismatch');
}

const controls = fc.record({
  do: fc.constant('control' as const),
  by,
  agent,
  action: fc.constantFrom(
    ...([
      'pin',
      'unpin',
      'promote',
      'demote',
      'archive',
      'prioritize',
      'forget',
    ] as const satisfies ControlAction['action'][]),
  ),
  ats: fc.array(at, { minLength: 1, maxLength: 4 }),
});
type Control = typeof controls extends fc.Arbitrary<infer S> ? S : never;
const BOOST = 1.5;

const idsOf = (model: Model, { ats }: Control): string[] => [...new Set(ats.map((place) => idAt(model, place)))];

/** Null where it was done, else why not. */
function govern(model: Model, memo: Memo, action: Control['action'], room: number): string | null {
  const place = TIERS.indexOf(memo.tier);
  const to = (tier: Memo['tier'] | undefined) => {
    if (tier === undefined || tier === memo.tier) return 'unchanged';
    move(model, memo, tier);
    return null;
  };
  switch (action) {
    case 'pin':
      if (memo.pinned) return 'unchanged';
      if (room < 1) return 'capacity';
      change(model, memo, { pinned: true });
      return null;
    case 'unpin':
      if (!memo.pinned) return 'unchanged';
      change(model, memo, { pinned: false });
      return null;
    case 'prioritize': {
      const priority = Math.min(10, memo.priority * BOOST);
      if (priority === memo.priority) return 'unchanged';
      Object.assign(memo, { priority, version: memo.version + 1, updatedAt: model.now });
      return null;
    }
    case 'forget':
      memo.isGone = true;
      return null;
    case 'promote':
      return to(TIERS[place - 1]);
    case 'demote':
      return memo.pinned ? 'pinned' : to(TIERS[place + 1]);
    default:
      return memo.pinned ? 'pinned' : to('cold');
  }
}

export const control: Operation<Control> = {
  arbitrary: controls,
  predict(model, step) {
    const who = whoIs(step.by, step.agent);
    assertGoverns(who, step.agent);
    const room = pinsLeft(model);
    const outcomes = idsOf(model, step).map((id) => {
      const memo = model.memories.find((one) => one.id === id);
      return { id, memo };
    });
    const foreign: { id: string; reason: string }[] = [];
    const skipped: { id: string; reason: string }[] = [];
    let done = 0;
    for (const { id, memo } of outcomes) {
      if (memo === undefined || !isAlive(model, memo) || !mayRead(model, who, memo))
        foreign.push({ id, reason: 'not_found' });
      else if (memo.agentId !== step.agent) foreign.push({ id, reason: 'not_owner' });
      else {
        const reason = govern(model, memo, step.action, room - done);
        if (reason === null) done += 1;
        else skipped.push({ id, reason });
      }
    }
    return { done, skipped: [...foreign, ...skipped] };
  },
  async act({ memory, tenantId }, model, step, tag) {
    const caller = callerOf(tenantId, model, whoIs(step.by, step.agent));
    const memoryIds = idsOf(model, step);
    const action: ControlAction =
      step.action === 'prioritize'
        ? { action: step.action, memoryIds, boostFactor: BOOST }
        : { action: step.action, memoryIds };
    const idempotency = { key: `step-${tag}`, fingerprint: tag };
    const { body } = await memory.control(caller, step.agent, action, { idempotency });
    return { done: body.updated_count ?? body.archived_count, skipped: body.skipped };
  },
};

const retentions = fc.record({
  do: fc.constant('retention' as const),
  by,
  agent,
  minPriority: fc.constantFrom(3, 7.5),
  minUses: onceIn(2, fc.constantFrom(1, 2), null),
  maxAgeDays: onceIn(2, fc.constantFrom(20, 90), null),
  onFail: fc.constantFrom('demote' as const, 'archive' as const, 'forget' as const),
  simulate: fc.boolean(),
  isConfirmed: fc.boolean(),
});
type Retention = typeof retentions extends fc.Arbitrary<infer S> ? S : never;

const policyOf = ({ agent: agentId, minPriority, minUses, maxAgeDays, onFail }: Retention) => {
  const rules = { minPriority, minUses, maxAgeDays, onFail };
  const given = [minPriority, minUses, maxAgeDays].filter((value) => value !== null).length;
  return { id: JSON.stringify([agentId, rules]), ...rules, threshold: Math.min(2, given) };
};

const releasedBy = (model: Model, step: Retention): Memo[] =>
  living(model).filter((memo) => memo.agentId === step.agent && !isKept(model, policyOf(step), memo));

export const retention: Operation<Retention> = {
  arbitrary: retentions,
  predict(model, step) {
    assertGoverns(whoIs(step.by, step.agent), step.agent);
    const own = living(model).filter(({ agentId }) => agentId === step.agent);
    const released = releasedBy(model, step);
    const answer = { retained: own.length - released.length, released: released.map(({ id }) => id).sort() };
    if (step.simulate) return answer;
    if (step.onFail === 'forget' && released.length > 0 && !step.isConfirmed) throw new Refused('conflict');
    const policy = policyOf(step);
    model.policies[step.agent] = policy;
    for (const memo of own) judge(model, policy, memo);
    return answer;
  },
  async act({ memory, tenantId }, model, step) {
    const caller = callerOf(tenantId, model, whoIs(step.by, step.agent));
    const { body } = await memory.control(
      caller,
      step.agent,
      {
        action: 'set_retention',
        criteria: {
          minPriority: step.minPriority,
          ...(step.minUses === null ? {} : { minAccessCount: step.minUses }),
          ...(step.maxAgeDays === null ? {} : { maxAgeDays: step.maxAgeDays }),
        },
        onFail: step.onFail,
        simulate: step.simulate,
        queries: [],
        ...(step.isConfirmed ? { confirmCount: releasedBy(model, step).length } : {}),
      },
      {},
    );
    return { retained: body.retained_count, released: [...(body.released_ids as string[])].sort() };
  },
};

const clearings = fc.record({ do: fc.constant('clear-policy' as const), by, agent });
export const clearing: Operation<typeof clearings extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: clearings,
  predict(model, step) {
    assertGoverns(whoIs(step.by, step.agent), step.agent);
    if (model.policies[step.agent] === undefined) throw new Refused('not_found');
    delete model.policies[step.agent];
    for (const memo of living(model)) if (memo.agentId === step.agent) memo.retainedBy = null;
    return 'cleared';
  },
  async act({ memory, tenantId }, model, step) {
    await memory.clearPolicy(callerOf(tenantId, model, whoIs(step.by, step.agent)), step.agent);
    return 'cleared';
  },
};
