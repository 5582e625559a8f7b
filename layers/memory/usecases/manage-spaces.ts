/**
 * Spaces and their members. Unbound keys manage every space, a bound key those in which its agent writes, and any member may leave.
 * Managing asks for the membership as it stands; reading and writing memories goes by the key check, which is up to a minute old.
 */
import { uuidv7 } from 'uuidv7';
import { instant } from '../clock.ts';
import { AurenError, EngineUnavailable, invalidField, notFound } from '../errors.ts';
import { type ChangeContext, contextFor, ended } from '../log/change.ts';
import type { SpaceWrite } from '../log/port.ts';
import type { AurenMemory } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import type { LogEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { AGENT_SPACES_MAX, SPACE_MEMBERS_MAX, type Space, type SpaceMember } from '../model/space.ts';
import type { StoredSpace } from '../spaces/port.ts';
import { claimOf, earlierReply, replayOf } from './idempotent.ts';
import type { Ports } from './ports.ts';
import { retried } from './retried.ts';
import { creation, headOf, memberSet, spaceEvent } from './space-events.ts';

export type SpacePorts = Pick<
  Ports,
  'spaces' | 'apiKeys' | 'keyCache' | 'log' | 'poke' | 'clock' | 'rules' | 'chainKey' | 'warn'
>;

type SpaceUseCases = Pick<AurenMemory, 'createSpace' | 'listSpaces' | 'setMember' | 'removeMember' | 'deleteSpace'>;

/** Events of a commit that ends what expired in a space. */
const EXPIRED_AT_ONCE = 500;

/** The members that a new space begins with: those named, and the agent that makes it. */
function firstMembers({ agentId }: Caller, named: readonly SpaceMember[]): SpaceMember[] {
  const own = named.findIndex((member) => member.agentId === agentId);
  if (named[own]?.role === 'reader')
    throw invalidField(`members[${own}].role`, 'must be "writer" or left out: who makes a space writes in it.');
  const members: SpaceMember[] = agentId === null || own >= 0 ? [...named] : [...named, { agentId, role: 'writer' }];
  if (members.length > SPACE_MEMBERS_MAX) throw tooMany('members');
  return members.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
}

const tooMany = (path: string) => invalidField(path, `would be more than ${SPACE_MEMBERS_MAX} members of one space.`);

const inTooMany = (path: string, agentId: string) =>
  invalidField(path, `agent "${agentId}" is in ${AGENT_SPACES_MAX} spaces already; it must leave one first.`);

const roleIn = ({ members }: Space, agentId: string | null) =>
  members.find((member) => member.agentId === agentId)?.role;

/** The space as JSON, for the answer to a repeated request. */
const asReply = ({ id, name, createdAt, members }: Space): JsonObject => ({
  id,
  name,
  createdAt,
  members: members.map(({ agentId, role }) => ({ agentId, role })),
});

export function createSpaces(ports: SpacePorts): SpaceUseCases {
  const contextOf = (caller: Caller) => contextFor(ports, caller, instant(ports.clock.now()));

  /** Throws `not_found` to strangers. */
  async function visible(caller: Caller, id: string): Promise<StoredSpace> {
    const space = await ports.spaces.find(caller.tenantId, id);
    if (space === null || (caller.agentId !== null && roleIn(space, caller.agentId) === undefined))
      throw notFound(`space ${id}`);
    return space;
  }

  /** Throws `not_owner` to readers. */
  function assertManages(caller: Caller, space: Space): void {
    if (caller.agentId === null || roleIn(space, caller.agentId) === 'writer') return;
    throw new AurenError('not_owner', `Agent "${caller.agentId}" may only read in space ${space.id}.`);
  }

  /** So that nobody waits longer than a gateway remembers: what Redis knows of the agents' keys is forgotten. */
  async function forgetKeys(tenantId: string, agentIds: readonly string[]): Promise<void> {
    if (agentIds.length === 0) return;
    try {
      const hashes = await ports.apiKeys.hashesOf(tenantId, agentIds);
      await Promise.all(hashes.map((hash) => ports.keyCache.drop(hash)));
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      ports.warn('a membership changed, but key checks could not be forgotten; they end by themselves', error);
    }
  }

  /** The first of the agents that may join no further space. */
  async function firstFull(tenantId: string, agentIds: readonly string[]): Promise<string | undefined> {
    if (agentIds.length === 0) return undefined;
    const counts = await ports.spaces.countsOf(tenantId, agentIds);
    return agentIds.find((agentId) => (counts.get(agentId) ?? 0) >= AGENT_SPACES_MAX);
  }

  async function changed(context: ChangeContext, event: LogEvent, space: SpaceWrite, agentId: string): Promise<void> {
    await ports.log.commit({ tenantId: context.tenantId, events: [event], space, now: context.now });
    await Promise.all([forgetKeys(context.tenantId, [agentId]), ports.poke.poke(context.tenantId)]);
  }

  /** Ends what expired in the space and was not swept, all but a last handful, whose events are answered. */
  async function endExpired(context: ChangeContext, id: string): Promise<LogEvent[]> {
    for (;;) {
      const over = await ports.spaces.expiredIn(context.tenantId, id, context.now, EXPIRED_AT_ONCE);
      const events = over.map((row) => ended(context, row as MemoryRecord, 'memory.expired', 'ttl'));
      if (over.length < EXPIRED_AT_ONCE) return events;
      await ports.log.commit({
        tenantId: context.tenantId,
        events,
        ended: over.map((row) => row.id),
        now: context.now,
      });
    }
  }

  return {
    async createSpace(caller, draft, idempotency) {
      const context = contextOf(caller);
      const members = firstMembers(caller, draft.members);
      const joining = members.map(({ agentId }) => agentId);
      const full = await firstFull(caller.tenantId, joining);
      if (full !== undefined) {
        // A repeated request may have filled it the first time.
        const first = await earlierReply(ports.log, caller.tenantId, idempotency, context.now);
        if (first) return { space: first.body as unknown as Space, replayed: true };
        throw inTooMany('members', full);
      }
      const id = `spc_${uuidv7().replaceAll('-', '')}`;
      const space: Space = { id, name: draft.name, createdAt: context.now, members };
      const result = await ports.log.commit({
        tenantId: caller.tenantId,
        events: creation(context, caller.agentId, space),
        space: { write: 'create', space },
        now: context.now,
        ...claimOf(idempotency, { status: 201, body: asReply(space) }),
      });
      const earlier = replayOf(result, idempotency);
      if (earlier) return { space: earlier.body as unknown as Space, replayed: true };
      await Promise.all([forgetKeys(caller.tenantId, joining), ports.poke.poke(caller.tenantId)]);
      return { space, replayed: false };
    },

    listSpaces: (caller, page) => ports.spaces.list(caller.tenantId, { ...page, agentId: caller.agentId }),

    setMember: (caller, id, member) =>
      retried(async () => {
        const space = await visible(caller, id);
        assertManages(caller, space);
        const { agentId, role } = member;
        const before = roleIn(space, agentId);
        if (before === role) return member;
        if (before === undefined && space.members.length >= SPACE_MEMBERS_MAX) throw tooMany('agent_id');
        if (before === undefined && (await firstFull(caller.tenantId, [agentId]))) throw inTooMany('agent_id', agentId);
        const context = contextOf(caller);
        await changed(
          context,
          memberSet(context, id, headOf(space), member),
          { write: 'set-member', id, member },
          agentId,
        );
        return member;
      }),

    removeMember: (caller, id, agentId) =>
      retried(async () => {
        const space = await visible(caller, id);
        if (agentId !== caller.agentId) assertManages(caller, space);
        if (roleIn(space, agentId) === undefined) throw notFound(`member "${agentId}" of space ${id}`);
        const context = contextOf(caller);
        const data = { agent_id: agentId };
        const event = spaceEvent(context, id, headOf(space), { type: 'space.member_removed', agentId, data });
        await changed(context, event, { write: 'remove-member', id, agentId }, agentId);
      }),

    deleteSpace: (caller, id) =>
      retried(async () => {
        const space = await visible(caller, id);
        assertManages(caller, space);
        const context = contextOf(caller);
        const expired = await endExpired(context, id);
        const data = { name: space.name };
        const event = spaceEvent(context, id, headOf(space), { type: 'space.deleted', agentId: caller.agentId, data });
        await ports.log.commit({
          tenantId: caller.tenantId,
          events: [...expired, event],
          ended: expired.map(({ streamId }) => streamId),
          space: { write: 'delete', id },
          now: context.now,
        });
        await ports.poke.poke(caller.tenantId);
      }),
  };
}
