/**
 * Seals a memory's content for the cold tier: brotli, then AES-256-GCM under its subject's key, in base64. Tenant, id and seq
 * are authenticated with it, so that a copy cannot pass for another memory's or for a later state of its own.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { JsonObject } from '../model/json.ts';

/** Chroma Cloud takes documents of 16,384 B and metadata values of 8,182 B: what exceeds the one goes on in the other. */
export const DOCUMENT_BYTES_MAX = 16_000;
export const REST_BYTES_MAX = 8_182;

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + IV_BYTES + TAG_BYTES;
/** Nearly as small as the highest quality, 11, which takes ten times as long. */
const BROTLI_QUALITY = 9;

export interface SealedName {
  tenantId: string;
  id: string;
  seq: number;
}

export interface Sealed {
  document: string;
  /** What the document could not take; mostly empty. */
  rest: string;
}

/** A copy that cannot be opened: altered, another memory's, or sealed under a key that is gone. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';
}

/** Throws RangeError for content that is too large to be kept; 16,384 B of JSON always fit. */
export function seal(key: Buffer, name: SealedName, content: JsonObject): Sealed {
  const plain = Buffer.from(JSON.stringify(content));
  const compressed = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(name));
  const body = Buffer.concat([cipher.update(compressed), cipher.final()]);
  const text = Buffer.concat([Buffer.of(FORMAT), iv, cipher.getAuthTag(), body]).toString('base64');
  if (text.length > DOCUMENT_BYTES_MAX + REST_BYTES_MAX) {
    throw new RangeError(`sealed content of ${text.length} B exceeds ${DOCUMENT_BYTES_MAX + REST_BYTES_MAX} B`);
  }
  return { document: text.slice(0, DOCUMENT_BYTES_MAX), rest: text.slice(DOCUMENT_BYTES_MAX) };
}

/** Throws BrokenSeal. */
export function unseal(key: Buffer, name: SealedName, sealed: Sealed): JsonObject {
  const bytes = Buffer.from(sealed.document + sealed.rest, 'base64');
  if (bytes.length <= HEAD_BYTES || bytes[0] !== FORMAT) throw new BrokenSeal(`${name.id}: not a sealed copy`);
  const iv = bytes.subarray(1, 1 + IV_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(name));
    decipher.setAuthTag(bytes.subarray(1 + IV_BYTES, HEAD_BYTES));
    const compressed = Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
    return JSON.parse(brotliDecompressSync(compressed).toString()) as JsonObject;
  } catch (cause) {
    throw new BrokenSeal(`${name.id}: the sealed copy of seq ${name.seq} does not open`, { cause });
  }
}

const boundTo = ({ tenantId, id, seq }: SealedName): Buffer =>
  Buffer.from(JSON.stringify(['auren-cold', FORMAT, tenantId, id, seq]));
