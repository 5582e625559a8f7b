/** Subject keys in PostgreSQL, wrapped under a key derived from the master key, and cached in process for a short while. */
import { randomBytes } from 'node:crypto';
import type { Postgres } from '../clients/postgres.ts';
import { Lru } from '../embedding/lru.ts';
import { deriveKey } from '../keys.ts';
import { SUBJECT_KEY_BYTES, type SubjectKeys, unwrapKey, wrapKey } from './subject-keys.ts';

/** An erased subject's key may be used this long elsewhere. What it seals by then cannot be opened afterwards: the log serves it. */
export const KEY_CACHE_MS = 30_000;
const KEYS_CACHED = 1_000;

interface Cached {
  key: Buffer;
  until: number;
}

const SELECT = 'select subject, wrapped from subject_keys where tenant_id = $1 and subject = any($2::text[])';
/** The first writer's key stays: the select after it reads whichever won. */
const INSERT = `insert into subject_keys (tenant_id, subject, wrapped, created_at)
  select $1, made.subject, made.wrapped, now() from unnest($2::text[], $3::text[]) as made (subject, wrapped)
  on conflict do nothing`;

const DESTROY = 'delete from subject_keys where tenant_id = $1 and subject = $2';

/** `nowMs` runs on real time, not on the injected clock: a clock moved by a year must not change how long a key is cached. */
export function createSubjectKeys(
  postgres: Postgres,
  masterKey: Buffer,
  nowMs: () => number = () => performance.now(),
): SubjectKeys {
  const wrapping = deriveKey(masterKey, 'subject-wrap');
  const cache = new Lru<Cached>(KEYS_CACHED);
  const cacheName = (tenantId: string, subject: string) => JSON.stringify([tenantId, subject]);

  function remember(tenantId: string, rows: readonly Record<string, unknown>[], keys: Map<string, Buffer>): void {
    for (const { subject, wrapped } of rows) {
      const key = unwrapKey(wrapping, tenantId, String(subject), String(wrapped));
      keys.set(String(subject), key);
      cache.set(cacheName(tenantId, String(subject)), { key, until: nowMs() + KEY_CACHE_MS });
    }
  }

  async function existing(tenantId: string, subjects: readonly string[]): Promise<Map<string, Buffer>> {
    const keys = new Map<string, Buffer>();
    for (const subject of new Set(subjects)) {
      const cached = cache.get(cacheName(tenantId, subject));
      if (cached !== undefined && cached.until > nowMs()) keys.set(subject, cached.key);
    }
    const asked = missingFrom(keys, subjects);
    if (asked.length > 0) {
      const [rows = []] = await postgres.run(tenantId, [{ text: SELECT, params: [tenantId, asked] }], {
        readOnly: true,
      });
      remember(tenantId, rows, keys);
    }
    return keys;
  }

  return {
    existing,
    async destroy(tenantId, subject) {
      await postgres.run(tenantId, [{ text: DESTROY, params: [tenantId, subject] }]);
      cache.delete(cacheName(tenantId, subject));
    },
    async get(tenantId, subjects) {
      const keys = await existing(tenantId, subjects);
      const missing = missingFrom(keys, subjects);
      if (missing.length > 0) {
        const wrapped = missing.map((subject) => wrapKey(wrapping, tenantId, subject, randomBytes(SUBJECT_KEY_BYTES)));
        const [, rows = []] = await postgres.run(tenantId, [
          { text: INSERT, params: [tenantId, missing, wrapped] },
          { text: SELECT, params: [tenantId, missing] },
        ]);
        remember(tenantId, rows, keys);
      }
      return keys;
    },
  };
}

const missingFrom = (keys: ReadonlyMap<string, Buffer>, subjects: readonly string[]): string[] =>
  [...new Set(subjects)].filter((subject) => !keys.has(subject));
