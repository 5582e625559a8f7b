/** Everything a use case may need; each takes the part that it uses. */
import type { ApiKeyStore } from '../auth/key-store.ts';
import type { KeyCache } from '../auth/port.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Clock } from '../clock.ts';
import type { Embedder } from '../embedding/port.ts';
import type { Erasures, Persons } from '../erasure/port.ts';
import type { Residue } from '../erasure/residue.ts';
import type { Engine } from '../errors.ts';
import type { Connections, Poster } from '../feed/port.ts';
import type { Consumers } from '../log/consumers.ts';
import type { EventLog } from '../log/port.ts';
import type { Patterns } from '../patterns/port.ts';
import type { Poke } from '../poke.ts';
import type { PlacementRules } from '../policy/placement.ts';
import type { QueryLog, Recalls } from '../recall/port.ts';
import type { LexicalIndex, PartitionMembers, VectorIndex } from '../search/port.ts';
import type { Spaces } from '../spaces/port.ts';
import type { ColdTier, HotTier, HotUpkeep, Tier } from '../tiers/port.ts';
import type { SubjectKeys } from '../tiers/subject-keys.ts';

export interface Ports {
  clock: Clock;
  log: EventLog;
  catalog: Catalog;
  consumers: Consumers;
  hot: HotTier & HotUpkeep;
  warm: Tier;
  cold: ColdTier;
  lexical: LexicalIndex;
  vectors: VectorIndex;
  members: PartitionMembers;
  embedder: Embedder;
  recalls: Recalls;
  queries: QueryLog;
  poke: Poke;
  apiKeys: ApiKeyStore;
  keyCache: KeyCache;
  spaces: Spaces;
  patterns: Patterns;
  connections: Connections;
  poster: Poster;
  persons: Persons;
  erasures: Erasures;
  subjectKeys: SubjectKeys;
  residue: Residue;
  /** Resolve where the engine answers, reject where it does not. */
  probes: Record<Engine, () => Promise<void>>;
  rules: PlacementRules;
  hotCapacity: number;
  /** Whether scheduled discovery stores what it finds as memories. */
  patternInsights: boolean;
  predictiveWarming: boolean;
  /** Whether the queries of agents are kept. */
  queryLog: boolean;
  /** Keys derived from the master key. */
  chainKey: Buffer;
  pepper: Buffer;
  certificateKey: Buffer;
  stage: string;
  /** How long a key check in Redis is believed without asking PostgreSQL. */
  keyCacheSeconds: number;
  /** Says what went wrong where nobody waits for an answer. */
  warn: (message: string, cause: unknown) => void;
}
