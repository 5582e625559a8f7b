/** Bodies that no operation takes, whatever its schema. */
import { describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../../functions/contract/all.ts';
import { HTTP_ROUTES } from '../../../functions/routes.ts';
import { refused } from './support/refused.ts';
import { type RequestOptions, send } from './support/requests.ts';

const text = (json: string) => ({ text: json });

type Row = [what: string, request: RequestOptions, status: number, code: string, path?: string];
const invalid = (what: string, request: RequestOptions, path: string): Row => [
  what,
  request,
  422,
  'invalid_field',
  path,
];

const withBody = HTTP_ROUTES.map(({ name }) => name).filter((name) => CONTRACTS[name].body !== undefined);

const BODIES: Row[] = [
  ['no body', {}, 400, 'malformed_json'],
  ['a blank body', text('  '), 400, 'malformed_json'],
  ['what is not JSON', text('{"a":'), 400, 'malformed_json'],
  ['bytes that are not UTF-8', { bytes: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }, 400, 'malformed_json'],
  [
    'a form',
    { text: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media_type',
  ],
  [
    'another character set',
    { body: {}, headers: { 'content-type': 'application/json; charset=latin1' } },
    415,
    'unsupported_media_type',
  ],
  [
    'a content type given twice',
    { body: {}, headers: { 'content-type': 'application/json,application/json' } },
    415,
    'unsupported_media_type',
  ],
  ['more than 3 MB', text(`{"a":"${'x'.repeat(3_000_000)}"}`), 413, 'too_large'],
  ['more than 3 MB in base64', { bytes: Buffer.alloc(3_000_001, 0x20) }, 413, 'too_large'],
  invalid('a list', text('[]'), 'body'),
  invalid('null', text('null'), 'body'),
  invalid('an own __proto__', text('{"x":{"__proto__":{"admin":true}}}'), 'x.__proto__'),
  invalid('an own __proto__ at the top', text('{"__proto__":{"admin":true}}'), '__proto__'),
  invalid('a constructor that reaches the prototype', text('{"constructor":{"prototype":{"a":1}}}'), 'constructor'),
  invalid('half a surrogate pair', text('{"x":["\\ud800"]}'), 'x[0]'),
  invalid('half a surrogate pair in a key', text('{"\\ud800":1}'), '["\uFFFD"]'),
  invalid('NUL in a text', text('{"x":"a\\u0000b"}'), 'x'),
  invalid('NUL in a key', text('{"a\\u0000":1}'), '["a\\u0000"]'),
  invalid('33 levels', text(`{"x":${'['.repeat(32)}${']'.repeat(32)}}`), `x${'[0]'.repeat(31)}`),
  invalid('a hundred thousand levels', text('['.repeat(100_000) + ']'.repeat(100_000)), '[0]'.repeat(32)),
];

describe.each(withBody)('the body of %s', (name) => {
  it.each(BODIES)('may not be %s', async (_, request, status, code, path) => {
    const answer = await refused(name, request);

    expect([answer.status, answer.body.code]).toEqual([status, code]);
    if (path !== undefined) expect(answer.body.errors[0].path).toBe(path);
  });
});

describe('a body that is taken', () => {
  const memory = { agent_id: 'a', type: 'fact', content: { constructor: 'Ferrari', emoji: '👩‍🔬' } };

  it.each([
    ['in base64', { bytes: Buffer.from(JSON.stringify(memory)), headers: { 'content-type': 'application/json' } }],
    ['with a byte order mark', { text: `\uFEFF${JSON.stringify(memory)}` }],
    ['as UTF-8 by name', { body: memory, headers: { 'content-type': 'Application/JSON; charset="UTF-8"' } }],
    ['as a merge patch', { body: memory, headers: { 'content-type': 'application/merge-patch+json' } }],
    ['with 32 levels', { text: `{"agent_id":"a","type":"fact","content":{"x":${'['.repeat(30)}${']'.repeat(30)}}}` }],
  ])('may come %s', async (_, request) => {
    const answer = await send('store-memory', request);

    expect(answer.status).toBe(201);
  });
});
