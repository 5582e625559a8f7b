/** Replays the streams that are no memory's: spaces with their members, and agents' standing policies. Pure, like evolve.ts. */
import type { LogEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { SpaceMember } from '../model/space.ts';
import type { OnFail, RetentionCriteria, RetentionPolicy } from '../policy/retention-policy.ts';
import type { StoredSpace } from '../spaces/port.ts';

/** The state of a space after an event; null once it is deleted. */
export function evolveSpace(before: StoredSpace | null, event: LogEvent): StoredSpace | null {
  const { type, data, at, seq, hash } = event;
  const head = { seq, headHash: hash };
  switch (type) {
    case 'space.created':
      return { id: data.space_id as string, name: data.name as string, createdAt: at, members: [], ...head };
    case 'space.member_set': {
      const member = { agentId: data.agent_id as string, role: data.role as SpaceMember['role'] };
      return before && { ...before, ...head, members: [...without(before.members, member.agentId), member] };
    }
    case 'space.member_removed':
      return before && { ...before, ...head, members: without(before.members, data.agent_id as string) };
    default:
      return null;
  }
}

const without = (members: readonly SpaceMember[], agentId: string) =>
  members.filter((member) => member.agentId !== agentId);

/** The policy that stands after an event; null once it is cleared. */
export function evolvePolicy({ type, data, at }: LogEvent): RetentionPolicy | null {
  if (type !== 'policy.set') return null;
  return {
    id: data.policy_id as string,
    criteria: criteriaFromData(data.criteria as JsonObject),
    scoreThreshold: data.score_threshold as number,
    onFail: data.on_fail as OnFail,
    setAt: at,
  };
}

/** What `criteriaToWire` (set-retention.ts) wrote into an event. */
const criteriaFromData = (data: JsonObject): RetentionCriteria =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name.replace(/_./g, (at) => (at[1] ?? '').toUpperCase()), value]),
  );
