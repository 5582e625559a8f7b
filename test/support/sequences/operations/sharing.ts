/** Spaces and their members. */
import fc from 'fast-check';
import { living, type Model, Refused, type Space, spaceOf } from '../model.ts';
import { callerOf } from '../view.ts';
import { AGENTS, type Operation, spaceIdAt } from './operation.ts';

const who = fc.constantFrom(null, ...AGENTS);
const role = fc.constantFrom('reader' as const, 'writer' as const);
const space = fc.nat(3);
const agent = fc.constantFrom(...AGENTS);

/** Throws to strangers. */
function visible(model: Model, by: string | null, place: number): Space {
  const found = spaceOf(model, spaceIdAt(model, place));
  if (found === undefined || (by !== null && found.members[by] === undefined)) throw new Refused('not_found');
  return found;
}

function assertManages(by: string | null, { members }: Space): void {
  if (by !== null && members[by] !== 'writer') throw new Refused('not_owner');
}

const creations = fc.record({
  do: fc.constant('create-space' as const),
  by: who,
  members: fc.dictionary(agent, role, { maxKeys: 2 }),
});
export const creation: Operation<typeof creations extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: creations,
  predict(model, { by, members }, tag) {
    if (by !== null && members[by] === 'reader') throw new Refused('invalid_field');
    const all = by === null ? { ...members } : { ...members, [by]: 'writer' as const };
    model.spaces.push({ id: null, name: `space ${tag}`, members: all, isGone: false });
    return { name: `space ${tag}`, members: all };
  },
  async act({ memory, tenantId }, model, { by, members }, tag) {
    const named = Object.entries(members).map(([agentId, given]) => ({ agentId, role: given }));
    const idempotency = { key: `step-${tag}`, fingerprint: tag };
    const made = await memory.createSpace(
      callerOf(tenantId, model, by),
      { name: `space ${tag}`, members: named },
      idempotency,
    );
    return {
      name: made.space.name,
      members: Object.fromEntries(made.space.members.map((one) => [one.agentId, one.role])),
    };
  },
};

const joinings = fc.record({ do: fc.constant('set-member' as const), by: who, space, agent, role });
export const joining: Operation<typeof joinings extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: joinings,
  predict(model, { by, space: place, agent: agentId, role: given }) {
    const found = visible(model, by, place);
    assertManages(by, found);
    found.members[agentId] = given;
    return 'set';
  },
  async act({ memory, tenantId }, model, { by, space: place, agent: agentId, role: given }) {
    const id = spaceIdAt(model, place) ?? '';
    await memory.setMember(callerOf(tenantId, model, by), id, { agentId, role: given });
    return 'set';
  },
};

const leavings = fc.record({ do: fc.constant('remove-member' as const), by: who, space, agent });
export const leaving: Operation<typeof leavings extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: leavings,
  predict(model, { by, space: place, agent: agentId }) {
    const found = visible(model, by, place);
    if (by !== agentId) assertManages(by, found);
    if (found.members[agentId] === undefined) throw new Refused('not_found');
    delete found.members[agentId];
    return 'removed';
  },
  async act({ memory, tenantId }, model, { by, space: place, agent: agentId }) {
    await memory.removeMember(callerOf(tenantId, model, by), spaceIdAt(model, place) ?? '', agentId);
    return 'removed';
  },
};

const endings = fc.record({ do: fc.constant('delete-space' as const), by: who, space });
export const ending: Operation<typeof endings extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: endings,
  predict(model, { by, space: place }) {
    const found = visible(model, by, place);
    assertManages(by, found);
    if (living(model).some(({ spaceId }) => spaceId === found.id)) throw new Refused('conflict');
    found.isGone = true;
    return 'deleted';
  },
  async act({ memory, tenantId }, model, { by, space: place }) {
    await memory.deleteSpace(callerOf(tenantId, model, by), spaceIdAt(model, place) ?? '');
    return 'deleted';
  },
};
