/** DELETE /v1/users/{user_id}: erases a person everywhere. */
import { composeErase } from '@auren/memory/compose.ts';
import { eraseUser } from '../contract/users.ts';
import { operation } from '../shared/operation.ts';
import { accepted, ok } from '../shared/reply.ts';
import { defined } from '../shared/wire/defined.ts';

export const handler = operation(eraseUser, composeErase, async ({ path, query, caller, deadline }, memory) => {
  const answer = await memory.erase(caller, path.user_id, { deadline, ...defined({ reason: query.reason }) });
  return answer.certificate === null ? accepted(answer) : ok(answer);
});
