/** Cursors into the log: they come back as they went out, and nothing else is taken for one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../layers/memory/log/order.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('comes back as it went out, up to the largest numbers that PostgreSQL has', () => {
    const hex = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 1, maxLength: 64 });
    const cursors = fc.record({
      epoch: hex.map((digits) => digits.join('')),
      txid: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
      position: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    });
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(decodeCursor(encodeCursor(cursor), 'after')).toEqual(cursor);
      }),
      { numRuns: 50 },
    );
  });

  it('holds no character that a URL would have to escape', () => {
    const cursor = encodeCursor({ epoch: 'ffff', txid: '18446744073709551615', position: '9223372036854775807' });

    expect(encodeURIComponent(cursor)).toBe(cursor);
  });

  it.each([
    '',
    'x',
    'null',
    encoded(''),
    encoded('abc'),
    encoded('abc.1'),
    encoded('.1.1'),
    encoded('abc.-1.1'),
    encoded('abc.1.1.1'),
    encoded('abc.1.1\n'),
    encoded('ABC.1.1'),
    encoded('xyz.1.1'),
    encoded("a'; drop table events; --.1.1"),
    encoded(`${'a'.repeat(65)}.1.1`),
    encoded('abc.1e3.1'),
    encoded('abc.18446744073709551616.1'),
    encoded('abc.1.9223372036854775808'),
    encoded('abc.99999999999999999999.9999999999999999999'),
  ])('is not %j, and the refusal names the parameter', (text) => {
    expect(() => decodeCursor(text, 'before')).toThrow(
      expect.objectContaining({ code: 'invalid_field', errors: [expect.objectContaining({ path: 'before' })] }),
    );
  });

  it('is no random text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(() => decodeCursor(text, 'after')).toThrow(expect.objectContaining({ code: 'invalid_field' }));
      }),
      { numRuns: 100 },
    );
  });
});
