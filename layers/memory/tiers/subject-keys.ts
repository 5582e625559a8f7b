/** Keys of subjects (a person, else an agent): each seals its subject's cold content, and destroying it erases all of that. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SubjectKeys {
  /** The key of every subject, 32 bytes each; makes those that are missing. */
  get(tenantId: string, subjects: readonly string[]): Promise<Map<string, Buffer>>;
  /** The keys that exist: to open what was sealed. */
  existing(tenantId: string, subjects: readonly string[]): Promise<Map<string, Buffer>>;
  /** For good: what it sealed opens no more, here at once, in other processes within their cache. The next `get` makes another one. */
  destroy(tenantId: string, subject: string): Promise<void>;
}

export const SUBJECT_KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM over the key, bound to tenant and subject, in base64: iv, tag, ciphertext. */
export function wrapKey(wrapping: Buffer, tenantId: string, subject: string, key: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', wrapping, iv, { authTagLength: TAG_BYTES }).setAAD(
    boundTo(tenantId, subject),
  );
  const body = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

/** Throws where the master key is another one than at the time of wrapping, or the row was altered. */
export function unwrapKey(wrapping: Buffer, tenantId: string, subject: string, wrapped: string): Buffer {
  const bytes = Buffer.from(wrapped, 'base64');
  if (bytes.length !== IV_BYTES + TAG_BYTES + SUBJECT_KEY_BYTES) {
    throw new RangeError(`a wrapped subject key has ${bytes.length} B`);
  }
  const decipher = createDecipheriv('aes-256-gcm', wrapping, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  }).setAAD(boundTo(tenantId, subject));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new Error('A subject key does not open: AUREN_MASTER_KEY is not the one it was wrapped under.', { cause });
  }
}

const boundTo = (tenantId: string, subject: string): Buffer =>
  Buffer.from(JSON.stringify(['auren-subject', tenantId, subject]));
