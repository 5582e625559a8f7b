/** API keys: their form, their checksum and their hash. */
import { expect, it } from 'vitest';
import { hashApiKey, isWellFormed, makeApiKey } from '../../../layers/memory/auth/api-key.ts';

it('makes keys of one form, none like another', () => {
  const keys = Array.from({ length: 200 }, () => makeApiKey('local'));

  for (const key of keys) {
    expect(key).toMatch(/^auren_local_[0-9A-Za-z]{49}$/);
    expect(isWellFormed(key)).toBe(true);
  }
  expect(new Set(keys).size).toBe(keys.length);
});

it('notices every single mistyped character', () => {
  const key = makeApiKey('prod');

  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === 'a' ? 'b' : 'a';
    expect(isWellFormed(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
  }
});

it.each([
  '',
  'auren_',
  'Bearer x',
  `${makeApiKey('a')}\n`,
  ` ${makeApiKey('a')}`,
  makeApiKey('a').slice(0, -1),
  `${makeApiKey('a')}0`,
])('refuses %j', (text) => {
  expect(isWellFormed(text)).toBe(false);
});

it('refuses to make keys for a stage that could not be read back', () => {
  for (const stage of ['', 'Prod', 'a_b', 'a'.repeat(17)]) expect(() => makeApiKey(stage)).toThrow('stage');
});

it('hashes under the pepper: another pepper, another hash', () => {
  const key = makeApiKey('local');
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

  expect(hashApiKey(key, one)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashApiKey(key, one)).toBe(hashApiKey(key, one));
  expect(hashApiKey(key, one)).not.toBe(hashApiKey(key, other));
});
