/** The certificate of an erasure: what is gone, what is not and until when, signed by a key derived from the master key. Pure. */
import { createHmac } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { canonicalJson } from '../model/json.ts';
import type { ErasedCounts } from './port.ts';
import type { NotCovered } from './residue.ts';

export interface Certificate {
  id: string;
  user_id: string;
  requested_at: Instant;
  completed_at: Instant;
  counts: ErasedCounts;
  /** The hash chains of all memories of the person, read after their content was gone. */
  chain: { verified: boolean; memories: number };
  covers: string[];
  does_not_cover: NotCovered[];
  /** HMAC-SHA-256 over the RFC 8785 text of all the other fields, hex. */
  signature: string;
}

const COVERS = [
  'every memory about the person, of any agent, visibility, space and tier, expired ones too: content, metadata, key, words of the search',
  'the content of all their events, of memories deleted earlier too; the hash chains still verify',
  'copies in Redis, counted uses and access patterns',
  'patterns that held the memories, and the insights made of them',
  'queries that asked about them, logged or waiting for it',
  'vectors and sealed copies in Chroma, whose absence was verified',
  "the person's key: sealed copies that survive anywhere cannot be opened",
  'idempotency records that name the memories, and parked events',
];

/** Of every installation; what depends on who runs the engines comes from the residue. */
const DOES_NOT_COVER: NotCovered[] = [
  {
    what: 'PostgreSQL: history for point-in-time restore, write-ahead log and dead row versions',
    until: 'the configured history has passed and vacuum has run',
  },
  { what: 'backups and exports made before', until: 'they expire or are deleted; restoring one brings the data back' },
  {
    what: 'what others say of the person where nothing names them: memories without their user_id, queries that asked about no user',
    until: 'these are deleted; logged queries are for 30 days',
  },
  {
    what: 'event headers: ids, times, types, numbers, and reasons that callers gave; this certificate',
    until: 'the log is kept',
  },
  {
    what: "Chroma's files: the person's id and vectors in deleted records, never content",
    until: 'Chroma reuses or compacts their pages',
  },
  {
    what: 'an index of an embedding model used before: vectors, and copies that no key opens any more',
    until: 'that index is dropped after a rebuild',
  },
];

const signatureOf = (key: Buffer, certificate: Omit<Certificate, 'signature'>): string =>
  createHmac('sha256', key).update(canonicalJson(certificate)).digest('hex');

export function certify(
  key: Buffer,
  facts: Pick<Certificate, 'id' | 'user_id' | 'requested_at' | 'completed_at' | 'counts' | 'chain'>,
  residue: readonly NotCovered[],
): Certificate {
  const { id, user_id, requested_at, completed_at, counts, chain } = facts;
  const unsigned = {
    id,
    user_id,
    requested_at,
    completed_at,
    counts,
    chain,
    covers: COVERS,
    does_not_cover: [...DOES_NOT_COVER, ...residue],
  };
  return { ...unsigned, signature: signatureOf(key, unsigned) };
}
