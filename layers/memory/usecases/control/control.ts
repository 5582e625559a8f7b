/** Agent-controlled memory: each action over the agent's own memories, and its standing policy. */
import { instant } from '../../clock.ts';
import { AurenError, notFound } from '../../errors.ts';
import { contextFor, plainEvent } from '../../log/change.ts';
import type { AurenMemory, ControlAction } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { JsonObject } from '../../model/json.ts';
import { applyById, type ControlPorts, type Skipped } from './apply.ts';
import {
  type Decide,
  decideArchive,
  decideDemote,
  decideForget,
  decidePin,
  decidePrioritize,
  decidePromote,
  decideUnpin,
} from './decisions.ts';
import { criteriaToWire, policyStream, type RetentionPorts, setRetention } from './set-retention.ts';
import { unmark } from './unmark.ts';

type ById = Exclude<ControlAction, { action: 'set_retention' }>;

const DECISIONS: Record<Exclude<ById['action'], 'prioritize'>, Decide> = {
  pin: decidePin,
  unpin: decideUnpin,
  archive: decideArchive,
  demote: decideDemote,
  promote: decidePromote,
  forget: decideForget,
};

const CHUNK = 200;

const skippedToWire = (skipped: Skipped[]): JsonObject[] => skipped.map(({ id, reason }) => ({ id, reason }));

function answerOf({ action }: ById): (done: string[], skipped: Skipped[]) => JsonObject {
  return (done, skipped) => ({
    action,
    ...(action === 'archive' ? { archived_count: done.length } : { updated_count: done.length }),
    ...(action === 'prioritize' ? { memory_ids: done } : {}),
    skipped: skippedToWire(skipped),
  });
}

function assertGoverns(caller: Caller, agentId: string): void {
  if (caller.agentId !== null && caller.agentId !== agentId) {
    throw new AurenError(
      'agent_mismatch',
      `agent_id: this key is bound to agent "${caller.agentId}" and governs only its memories.`,
    );
  }
}

export function createControl(ports: RetentionPorts): Pick<AurenMemory, 'control'> {
  return {
    async control(caller, agentId, action, { reason, idempotency }) {
      assertGoverns(caller, agentId);
      if (action.action === 'set_retention') return await setRetention(ports, caller, agentId, action, idempotency);
      const decide = action.action === 'prioritize' ? decidePrioritize(action.boostFactor) : DECISIONS[action.action];
      return await applyById(ports, caller, {
        agentId,
        ids: action.memoryIds,
        decide,
        reason,
        idempotency,
        answer: answerOf(action),
      });
    },
  };
}

export function createPolicies(ports: ControlPorts): Pick<AurenMemory, 'policy' | 'clearPolicy'> {
  /** Cut off here, the next sweep goes on with it. */
  async function unmarkAll(caller: Caller, agentId: string): Promise<void> {
    const now = instant(ports.clock.now());
    const marked = (await ports.catalog.ofAgent(caller.tenantId, agentId, now)).filter(
      ({ retainedBy }) => retainedBy !== null,
    );
    for (let start = 0; start < marked.length; start += CHUNK) {
      const ids = marked.slice(start, start + CHUNK).map(({ id }) => id);
      await unmark(ports, () => contextFor(ports, caller, instant(ports.clock.now())), ids);
    }
  }

  return {
    async policy(caller, agentId) {
      assertGoverns(caller, agentId);
      const policy = await ports.catalog.policy(caller.tenantId, agentId);
      if (policy === null) throw notFound(`standing policy of agent "${agentId}"`);
      return policy;
    },
    async clearPolicy(caller, agentId) {
      assertGoverns(caller, agentId);
      const policy = await ports.catalog.policy(caller.tenantId, agentId);
      if (policy === null) throw notFound(`standing policy of agent "${agentId}"`);
      const context = contextFor(ports, caller, instant(ports.clock.now()));
      const head = (await ports.log.stream(caller.tenantId, policyStream(agentId))).at(-1) ?? null;
      const event = plainEvent(context, policyStream(agentId), head, {
        type: 'policy.cleared',
        agentId,
        data: { criteria: criteriaToWire(policy) },
      });
      await ports.log.commit({
        tenantId: caller.tenantId,
        events: [event],
        policy: { agentId, policy: null },
        now: context.now,
      });
      await ports.poke.poke(caller.tenantId);
      await unmarkAll(caller, agentId);
    },
  };
}
