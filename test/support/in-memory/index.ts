/** All ports in memory, with switches that take an engine down and counters of round trips. The model that the real ones are held to. */
import type { ApiKeyStore } from '../../../layers/memory/auth/key-store.ts';
import { providersResidue } from '../../../layers/memory/erasure/residue.ts';
import type { Engine } from '../../../layers/memory/errors.ts';
import type { HotUpkeep } from '../../../layers/memory/tiers/port.ts';
import type { Ports } from '../../../layers/memory/usecases/ports.ts';
import { CHAIN_KEY } from '../builders.ts';
import { type TestClock, testClock } from '../clock.ts';
import { fakeEmbedder } from '../fake-embedder.ts';
import { inMemoryCatalog } from './catalog.ts';
import { inMemoryColdTier } from './cold.ts';
import { type InMemoryConnections, inMemoryConnections } from './connections.ts';
import { inMemoryConsumers } from './consumers.ts';
import { createEngines, type Engines } from './engines.ts';
import { inMemoryErasures } from './erasures.ts';
import { type InMemoryHotTier, inMemoryHotTier } from './hot.ts';
import { inMemoryApiKeys, inMemoryKeyCache } from './keys.ts';
import { inMemoryLexicalIndex, inMemoryMembers } from './lexical.ts';
import { inMemoryLog } from './log.ts';
import { inMemoryPatterns } from './patterns.ts';
import { inMemoryPersons } from './persons.ts';
import { type InMemoryPoke, inMemoryPoke } from './poke.ts';
import { type InMemoryPoster, inMemoryPoster } from './poster.ts';
import { inMemoryQueryLog, inMemoryRecalls } from './recalls.ts';
import { inMemorySpaces } from './spaces.ts';
import { createStore, type Store } from './store.ts';
import { inMemorySubjectKeys } from './subject-keys.ts';
import { inMemoryVectorIndex } from './vectors.ts';
import { inMemoryWarmTier } from './warm.ts';

export interface InMemoryPorts extends Ports, Engines {
  clock: TestClock;
  hot: InMemoryHotTier & HotUpkeep;
  apiKeys: ApiKeyStore;
  poke: InMemoryPoke;
  connections: InMemoryConnections;
  poster: InMemoryPoster;
  /** What PostgreSQL would hold, for a look behind the ports. */
  store: Store;
  warnings: { message: string; cause: unknown }[];
}

const HOT_CAPACITY = 10_000;
const RULES = { hotDays: 30, warmDays: 365, dualStorePriority: 8, dualStoreConfidence: 0.9 };

export function inMemoryPorts(overrides: Partial<InMemoryPorts> = {}): InMemoryPorts {
  const store = overrides.store ?? createStore();
  const engines = createEngines();
  const { behind } = engines;
  const hotCapacity = overrides.hotCapacity ?? HOT_CAPACITY;
  const cold = inMemoryColdTier();
  const { connections, list } = inMemoryConnections();
  const warnings: InMemoryPorts['warnings'] = [];
  const probe = (engine: Engine) => behind(engine, { ask: async () => {} }).ask;
  return {
    ...engines,
    store,
    warnings,
    clock: testClock(),
    log: behind('postgres', inMemoryLog(store)),
    catalog: behind('postgres', inMemoryCatalog(store)),
    consumers: behind('postgres', inMemoryConsumers(store)),
    warm: behind('postgres', inMemoryWarmTier(store)),
    lexical: behind('postgres', inMemoryLexicalIndex(store)),
    members: behind('postgres', inMemoryMembers(store)),
    apiKeys: behind('postgres', inMemoryApiKeys(store)),
    spaces: behind('postgres', inMemorySpaces(store)),
    patterns: behind('postgres', inMemoryPatterns(store)),
    recalls: behind('postgres', inMemoryRecalls(store)),
    queries: behind('postgres', inMemoryQueryLog(store)),
    persons: behind('postgres', inMemoryPersons(store)),
    erasures: behind('postgres', inMemoryErasures(store)),
    subjectKeys: behind('postgres', inMemorySubjectKeys()),
    residue: providersResidue,
    hot: behind('redis', inMemoryHotTier({ capacity: hotCapacity, list })),
    keyCache: behind('redis', inMemoryKeyCache()),
    connections: behind('redis', connections),
    poster: inMemoryPoster(),
    cold: behind('chroma', cold),
    vectors: behind('chroma', inMemoryVectorIndex(undefined, cold)),
    embedder: fakeEmbedder(),
    poke: inMemoryPoke(),
    probes: { postgres: probe('postgres'), redis: probe('redis'), chroma: probe('chroma') },
    rules: RULES,
    hotCapacity,
    patternInsights: false,
    predictiveWarming: true,
    queryLog: false,
    chainKey: CHAIN_KEY,
    pepper: Buffer.alloc(32, 9),
    certificateKey: Buffer.alloc(32, 11),
    stage: 'test',
    keyCacheSeconds: 55,
    warn: (message, cause) => void warnings.push({ message, cause }),
    ...overrides,
  };
}
