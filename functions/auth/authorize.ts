/** API Gateway's question whether a key may come in. It only authenticates; scopes are checked by each operation. */
import { composeAuthorize } from '@auren/memory/compose.ts';
import { authorizer } from '../shared/authorizer.ts';

export const handler = authorizer(composeAuthorize);
