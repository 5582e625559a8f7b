/** Catalog rows of PostgreSQL as domain records. */
import type { Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import type { CatalogRow, ContentFrom } from './port.ts';

const HEAD = `m.id, m.agent_id, m.user_id, m.space_id, m.visibility, m.key, m.type, m.priority, m.confidence, m.metadata, m.source, m.tier, m.tier_since,
  m.hold, m.retained_by, m.pinned, m.dual_stored, m.version, m.seq, m.content_seq, m.head_hash, m.created_at, m.updated_at, m.expires_at,
  u.access_count, u.last_accessed_at`;

/** `from` clause that the columns below belong to. */
export const CATALOG_FROM = 'memories m left join memory_usage u on u.tenant_id = m.tenant_id and u.id = m.id';

const FROM_LOG = `(select e.payload -> 'content' from events e where e.tenant_id = m.tenant_id and e.stream_id = m.id and e.seq = m.content_seq)`;

const CONTENT: Record<ContentFrom, string> = {
  none: 'null::jsonb',
  tier: `case when m.tier = 'cold' then null else coalesce(m.content, ${FROM_LOG}) end`,
  any: `coalesce(m.content, ${FROM_LOG})`,
};

export const catalogColumns = (content: ContentFrom): string => `${HEAD}, ${CONTENT[content]} as content`;

/** $n is the instant of now: what has expired is absent. */
export const notExpired = (place: string): string => `(m.expires_at is null or m.expires_at > ${place}::timestamptz)`;

const optionalInstant = (value: unknown) => (value === null ? null : instant(value as Date));

export const catalogFromRow = (row: Row): CatalogRow => ({
  id: row.id as string,
  agentId: row.agent_id as string,
  userId: row.user_id as string | null,
  spaceId: row.space_id as string | null,
  visibility: row.visibility as CatalogRow['visibility'],
  key: row.key as string | null,
  type: row.type as CatalogRow['type'],
  priority: row.priority as number,
  confidence: row.confidence as number,
  metadata: row.metadata as CatalogRow['metadata'],
  source: row.source as CatalogRow['source'],
  tier: row.tier as CatalogRow['tier'],
  tierSince: instant(row.tier_since as Date),
  hold: row.hold as CatalogRow['hold'],
  retainedBy: row.retained_by as string | null,
  pinned: row.pinned as boolean,
  dualStored: row.dual_stored as boolean,
  version: row.version as number,
  seq: row.seq as number,
  contentSeq: row.content_seq as number,
  headHash: row.head_hash as string,
  createdAt: instant(row.created_at as Date),
  updatedAt: instant(row.updated_at as Date),
  expiresAt: optionalInstant(row.expires_at),
  accessCount: (row.access_count ?? 0) as number,
  lastAccessedAt: optionalInstant(row.last_accessed_at),
  content: row.content as CatalogRow['content'],
});
