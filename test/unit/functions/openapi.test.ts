/** The OpenAPI document: complete, sound in structure, and true to what the operations take. */
import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../functions/routes.ts';
import { openApiDocument } from '../../../functions/shared/openapi/document.ts';
import { docsPage } from '../../../functions/shared/openapi/page.ts';
import { send } from './support/requests.ts';

const document = openApiDocument();
const operationOf = (path: string, method: string) => {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is missing`);
  return operation;
};

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, held] of Object.entries(value)) {
    if (key === '$ref' && typeof held === 'string') yield held;
    else yield* references(held);
  }
}

const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);

describe('the OpenAPI document', () => {
  it.each(HTTP_ROUTES)('tells of $method $path', ({ name, method, path, scope, summary }) => {
    const operation = operationOf(path, method);

    expect(operation).toMatchObject({ operationId: name, summary });
    expect(operation.security).toEqual(scope === null ? [] : [{ apiKey: [] }]);
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(inPath.map((parameter) => `{${parameter.name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
    expect(operation.responses['500']).toBeDefined();
    expect(operation.responses['403'] !== undefined).toBe(scope !== null);
    for (const answer of Object.values(operation.responses)) expect(answer.description).toEqual(expect.any(String));
    for (const parameter of operation.parameters ?? []) expect(parameter.schema).toEqual(expect.any(Object));
  });

  it('has no other operations than the route table', () => {
    const told = Object.values(document.paths).flatMap((methods) => Object.values(methods));

    expect(told).toHaveLength(HTTP_ROUTES.length);
  });

  it('refers only to what it holds', () => {
    const all = [...references(document)];

    expect(all.length).toBeGreaterThan(10);
    for (const reference of all) expect(resolve(reference), reference).toBeDefined();
  });

  it('states bounds, enums and what is required', () => {
    const body = operationOf('/v1/memories', 'POST').requestBody as never as {
      content: { 'application/json': { schema: { properties: Record<string, object>; required: string[] } } };
    };
    const { properties, required } = body.content['application/json'].schema;

    expect(required).toEqual(['type', 'content']);
    expect(properties.priority).toMatchObject({ type: 'number', minimum: 0, maximum: 10 });
    expect(properties.type).toMatchObject({ enum: expect.arrayContaining(['fact', 'knowledge']) });
    expect(properties.created_at).toMatchObject({ type: 'string', format: 'date-time' });
  });

  it('states query parameters as what they mean, not as text', () => {
    const parameters = operationOf('/v1/memories', 'GET').parameters ?? [];
    const limit = parameters.find((parameter) => parameter.name === 'limit');

    expect(limit).toMatchObject({
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    });
  });

  it('shows a memory by example', () => {
    const memory = document.components.schemas.Memory;

    expect(memory?.examples).toMatchObject([{ agent_id: 'neuroscientist', tier: 'hot' }]);
  });

  it('is served as JSON without a key', async () => {
    const answer = await send('openapi');

    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  });
});

describe('the page', () => {
  const page = docsPage(document);

  it('shows every operation and loads nothing', () => {
    for (const { name } of HTTP_ROUTES) expect(page).toContain(`id="${name}"`);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('has an anchor for every problem type', async () => {
    const { body } = await send('retrieve-memory', { query: 'x=1' });

    expect(body.type).toBe('/docs#unknown_field');
    expect(page).toContain('id="unknown_field"');
  });

  it('links only to what it holds', () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);

    for (const target of targets) expect(page).toContain(`id="${target}"`);
  });

  it('is served as HTML that may run nothing', async () => {
    const { headers, body } = await send('docs');

    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toBe(page);
  });
});
