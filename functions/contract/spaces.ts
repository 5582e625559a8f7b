/** Spaces: shared memory for teams of agents, made, listed, joined and left. */
import { SPACE_ROLES } from '@auren/memory/model/caller.ts';
import { AGENT_SPACES_MAX, SPACE_MEMBERS_MAX } from '@auren/memory/model/space.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { cursor, limit, name, nextCursor } from './fields.ts';

/** See SPACE_MEMBERS_MAX: a page must fit into an answer. */
const SPACES_LIMIT_MAX = 50;

const spaceId = z.string().check(z.regex(/^spc_[0-9a-f]{32}$/, 'must be "spc_" and 32 lowercase hex digits'));
const role = z.enum(SPACE_ROLES);
const member = z.strictObject({ agent_id: name, role });
const memberPath = z.strictObject({ id: spaceId, agent_id: name });

const spaceObject = z.strictObject({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  members: z.array(z.strictObject({ agent_id: z.string(), role })),
});

const MANAGERS = 'Unbound keys manage every space, a bound key those in which its agent is a writer.';
const WITHIN = 'Reading and writing memories follows within 60 s in AWS, 5 s locally.';

export const createSpace = contract('create-space', {
  body: z.strictObject({
    name,
    members: z._default(
      z.array(member).check(
        z.maxLength(SPACE_MEMBERS_MAX),
        z.refine(
          (all) => new Set(all.map(({ agent_id }) => agent_id)).size === all.length,
          'must name each agent once',
        ),
      ),
      [],
    ),
  }),
  answer: spaceObject,
  status: 201,
  description: `An agent that makes a space with its own key becomes a writer of it. A space has at most ${SPACE_MEMBERS_MAX} members, and an agent is in at most ${AGENT_SPACES_MAX} spaces. ${WITHIN}`,
});

export const listSpaces = contract('list-spaces', {
  query: z.strictObject({ limit: limit(SPACES_LIMIT_MAX, 50), cursor }),
  answer: z.strictObject({ spaces: z.array(spaceObject), next_cursor: nextCursor }),
  status: 200,
  description: 'A bound key sees the spaces of its agent only.',
});

export const setMember = contract('set-member', {
  path: memberPath,
  body: z.strictObject({ role }),
  aboutAgent: true,
  answer: member,
  status: 200,
  errors: ['not_found', 'not_owner', 'conflict'],
  description: `${MANAGERS} A reader reads what is visible to the space; a writer also stores, changes and deletes there. ${WITHIN}`,
});

export const removeMember = contract('remove-member', {
  path: memberPath,
  aboutAgent: true,
  answer: null,
  status: 204,
  errors: ['not_found', 'not_owner', 'conflict'],
  description: `${MANAGERS} Any member may leave. What it stored in the space stays there and stays its own. ${WITHIN}`,
});

export const deleteSpace = contract('delete-space', {
  path: z.strictObject({ id: spaceId }),
  answer: null,
  status: 204,
  errors: ['not_found', 'not_owner', 'conflict'],
  description: `${MANAGERS} A space in which memories lie, of whatever visibility, is a conflict: move or delete them first.`,
});
