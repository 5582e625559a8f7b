/** Content and metadata: what a memory says, and the labels on it. Bounds are in UTF-8 bytes, since that is what the engines count. */
import type { JsonObject } from '@auren/memory/model/json.ts';
import * as z from 'zod/mini';

export const CONTENT_BYTES_MAX = 16_384;
export const METADATA_KEYS_MAX = 24;
export const METADATA_KEY_BYTES_MAX = 36;
export const METADATA_VALUE_BYTES_MAX = 512;

/** Who owns a memory is said by the key and the fields, never by a label that a later filter might believe. */
const IDENTITY_FIELDS = new Set([
  'tenantid',
  'agentid',
  'userid',
  'spaceid',
  'memoryid',
  'keyid',
  'visibility',
  'scopes',
  'spaceroles',
]);
const isIdentityField = (key: string) => IDENTITY_FIELDS.has(key.replace(/[^a-z]/gi, '').toLowerCase());

const bytes = (value: unknown) => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

/** A string is taken as `{text}`. */
export const content = z
  .pipe(
    z.union([z.string(), z.record(z.string(), z.unknown())], 'must be a JSON object or a string'),
    z.transform((value) => (typeof value === 'string' ? { text: value } : (value as JsonObject))),
  )
  .check(
    z.refine(
      (value) => bytes(value) <= CONTENT_BYTES_MAX,
      `must not exceed ${CONTENT_BYTES_MAX} bytes as serialized JSON; store long texts as several memories`,
    ),
  )
  .register(z.globalRegistry, {
    description: `A JSON object of at most ${CONTENT_BYTES_MAX} bytes as serialized; a string is taken as {"text": ...}.`,
  });

function keyFault(key: string): string | null {
  if (isIdentityField(key)) return 'is an identity field: give it as a field of the memory, not as metadata';
  if (key.trim() === '' || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(key)) return 'must be a printable key';
  return bytes(key) > METADATA_KEY_BYTES_MAX ? `must be a key of at most ${METADATA_KEY_BYTES_MAX} bytes` : null;
}

const labels = <V>(value: z.ZodMiniType<V>) =>
  z
    .record(z.string(), value)
    .check((payload) => {
      const entries = Object.entries(payload.value);
      const fault = (path: string[], message: string) =>
        payload.issues.push({ code: 'custom', path, message, input: undefined });
      if (entries.length > METADATA_KEYS_MAX) fault([], `must hold at most ${METADATA_KEYS_MAX} keys`);
      for (const [key, held] of entries) {
        const wrong = keyFault(key);
        if (wrong !== null) fault([key], wrong);
        if (typeof held === 'string' && bytes(held) > METADATA_VALUE_BYTES_MAX) {
          fault([key], `must not exceed ${METADATA_VALUE_BYTES_MAX} bytes`);
        }
      }
    })
    .register(z.globalRegistry, {
      description:
        `At most ${METADATA_KEYS_MAX} keys of at most ${METADATA_KEY_BYTES_MAX} bytes; values of at most ` +
        `${METADATA_VALUE_BYTES_MAX} bytes. Identity fields such as tenant_id or user_id are refused.`,
    });

export const metadata = labels(
  z.union([z.string(), z.number(), z.boolean()], 'must be a string, a number or a boolean'),
);

/** For a merge: null removes a key. */
export const metadataPatch = labels(
  z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be a string, a number, a boolean or null'),
);
