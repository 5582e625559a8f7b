/** GET /docs: this contract as a page to read, from the same document as /openapi.json. */
import { docs } from '../contract/service.ts';
import { openApiDocument } from '../shared/openapi/document.ts';
import { docsPage } from '../shared/openapi/page.ts';
import { operation } from '../shared/operation.ts';
import { ok } from '../shared/reply.ts';

const page = docsPage(openApiDocument());

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=300',
  // The page has styles of its own and nothing else.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
};

export const handler = operation(
  docs,
  async () => page,
  async (_, html) => ok(html, { headers: HEADERS }),
);
