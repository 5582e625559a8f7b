/** API Gateway's question at `$connect`: whether a bearer key, or a ticket among the subprotocols, may come in. */
import { composeAuthorizeSocket } from '@auren/memory/compose.ts';
import { socketAuthorizer } from '../shared/socket-authorizer.ts';

export const handler = socketAuthorizer(composeAuthorizeSocket);
