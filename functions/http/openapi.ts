/** GET /openapi.json: this contract as an OpenAPI 3.1 document. Generated at start: nothing in it depends on the request. */
import { openapi } from '../contract/service.ts';
import { openApiDocument } from '../shared/openapi/document.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';

const document = openApiDocument();

export const handler = operation(
  openapi,
  async () => document,
  async (_, answer) => ok(answer, { headers: { 'cache-control': 'public, max-age=300' } }),
);
