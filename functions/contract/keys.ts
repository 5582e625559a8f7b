/** API keys: made, listed without their secrets, revoked. */
import { SCOPES } from '@auren/memory/model/caller.ts';
import * as z from 'zod/mini';
import { contract } from './contract.ts';
import { cursor, limit, name, nameOrNull, nextCursor, time } from './fields.ts';

const KEYS_LIMIT_MAX = 200;

const keyView = {
  scopes: z.array(z.enum(SCOPES)),
  agent_id: z.nullable(z.string()),
  name: z.nullable(z.string()),
  created_at: z.string(),
  expires_at: z.nullable(z.string()),
  revoked_at: z.nullable(z.string()),
};
export const keyObject = z.strictObject({ id: z.string(), ...keyView });

export const createKey = contract('create-key', {
  body: z.strictObject({
    scopes: z.array(z.enum(SCOPES)).check(
      z.minLength(1),
      z.refine((scopes) => new Set(scopes).size === scopes.length, 'must name each scope once'),
    ),
    agent_id: nameOrNull,
    name: nameOrNull,
    expires_at: z.optional(z.nullable(time)),
  }),
  agentIn: 'body',
  answer: z.strictObject({ id: z.string(), api_key: z.string(), ...keyView }),
  status: 201,
  description:
    '`api_key` is shown this once. A key that is bound to an agent makes keys for that agent only. `Idempotency-Key` is not honored here.',
});

export const listKeys = contract('list-keys', {
  query: z.strictObject({ limit: limit(KEYS_LIMIT_MAX, 50), cursor }),
  answer: z.strictObject({ keys: z.array(keyObject), next_cursor: nextCursor }),
  status: 200,
});

export const revokeKey = contract('revoke-key', {
  path: z.strictObject({ id: name }),
  answer: null,
  status: 204,
  errors: ['not_found', 'conflict'],
  description: 'Effective within 60 s in AWS, 5 s locally.',
});
