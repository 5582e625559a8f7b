/** Sealed copies: opened by their key and name alone, small enough for Chroma Cloud. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import { BrokenSeal, DOCUMENT_BYTES_MAX, REST_BYTES_MAX, seal, unseal } from '../../../layers/memory/tiers/seal.ts';

const KEY = randomBytes(32);
const NAME = { tenantId: 't', id: 'mem_1', seq: 3 };
const CONTENT_BYTES_MAX = 16_384;

/** Content of exactly the largest size, of random characters that hardly compress. */
function largestContent(): JsonObject {
  const room = CONTENT_BYTES_MAX - JSON.stringify({ text: '' }).length;
  const text = randomBytes(room).reduce((all, byte) => all + String.fromCharCode(0x20 + (byte % 95)), '');
  const plain = text.replaceAll(/["\\]/g, '~');
  return { text: plain };
}

describe('seal', () => {
  it('gives back any content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const content = JSON.parse(JSON.stringify(value)) as JsonObject;
        expect(unseal(KEY, NAME, seal(KEY, NAME, content))).toEqual(content);
      }),
    );
  });

  it('splits the largest random content into what Chroma Cloud takes', () => {
    for (let round = 0; round < 20; round++) {
      const content = largestContent();

      const sealed = seal(KEY, NAME, content);

      expect(Buffer.byteLength(JSON.stringify(content))).toBe(CONTENT_BYTES_MAX);
      expect(sealed.document).toHaveLength(DOCUMENT_BYTES_MAX);
      expect(sealed.rest.length).toBeGreaterThan(0);
      expect(sealed.rest.length).toBeLessThanOrEqual(REST_BYTES_MAX);
      expect(unseal(KEY, NAME, sealed)).toEqual(content);
    }
  });

  it('takes the largest content of bytes that do not compress at all', () => {
    const characters = Array.from(
      { length: (CONTENT_BYTES_MAX - 11) / 2 },
      () => 0x80 + Math.floor(Math.random() * 0x77f),
    );
    const content = { text: String.fromCharCode(...characters) };

    expect(unseal(KEY, NAME, seal(KEY, NAME, content))).toEqual(content);
  });

  it('hides the content and never writes the same twice', () => {
    const content = { text: 'the patient sleeps badly' };

    const [first, second] = [seal(KEY, NAME, content), seal(KEY, NAME, content)];

    expect(Buffer.from(first.document, 'base64').toString('latin1')).not.toContain('patient');
    expect(first.document).not.toBe(second.document);
  });
});

describe('unseal', () => {
  const sealed = seal(KEY, NAME, { text: 'a' });

  it('refuses a copy in which any byte was altered', () => {
    const bytes = Buffer.from(sealed.document, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const document = altered.toString('base64');
      expect(() => unseal(KEY, NAME, { document, rest: '' }), `byte ${at}`).toThrow(BrokenSeal);
    }
  });

  it.each([
    ['another tenant', { ...NAME, tenantId: 'u' }],
    ['another memory', { ...NAME, id: 'mem_2' }],
    ['another state', { ...NAME, seq: 4 }],
  ])('refuses a copy that passes for that of %s', (_, name) => {
    expect(() => unseal(KEY, name, sealed)).toThrow(BrokenSeal);
  });

  it('refuses another key, a cut copy and what is no copy at all', () => {
    expect(() => unseal(randomBytes(32), NAME, sealed)).toThrow(BrokenSeal);
    expect(() => unseal(KEY, NAME, { document: sealed.document.slice(0, 24), rest: '' })).toThrow(BrokenSeal);
    expect(() => unseal(KEY, NAME, { document: '', rest: '' })).toThrow(BrokenSeal);
  });
});
