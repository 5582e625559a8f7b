/** From adapters to use cases: one factory per need, so that each function carries what it uses and no more. */
import {
  batchHot,
  bulkHot,
  core,
  cosineFloor,
  embeddingModel,
  indexReads,
  type MeaningPorts,
  nextIndex,
  persons,
  postgres,
  probes,
  usePorts as replacePorts,
  replaying,
  withCold,
  withErasure,
  withMeaning,
  withPoster,
  withVectors,
} from './adapters.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { createBroadcaster } from './feed/broadcaster.ts';
import { createConsumer } from './feed/consumer.ts';
import type { FrameCodec } from './feed/frames.ts';
import { createHotProjector } from './feed/hot-projector.ts';
import { createIndexer } from './feed/indexer.ts';
import { assertTenantsApart } from './log/canary.ts';
import { migrate } from './migrations/migrate.ts';
import type { Caller } from './model/caller.ts';
import { once } from './once.ts';
import type { SearchQuery } from './search/port.ts';
import { createHealth } from './usecases/check-health.ts';
import { createControl, createPolicies } from './usecases/control/control.ts';
import { createDeleting } from './usecases/delete-memory.ts';
import { createDiscovery, createScheduledDiscovery } from './usecases/discover/discover.ts';
import { createPatternListing } from './usecases/discover/list.ts';
import { createMap } from './usecases/discover/map.ts';
import { createErasing } from './usecases/erase/erase-person.ts';
import { createRetention } from './usecases/explain-retention.ts';
import { createExporting } from './usecases/export-person.ts';
import { createFollowing, createTickets } from './usecases/follow-feed.ts';
import { createStats } from './usecases/get-stats.ts';
import { createHealing } from './usecases/heal-consumers.ts';
import { createAgentListing, createEventListing, createListing } from './usecases/list-memories.ts';
import { createKeys } from './usecases/manage-keys.ts';
import { createSpaces } from './usecases/manage-spaces.ts';
import { createTenants } from './usecases/manage-tenants.ts';
import { createHistory } from './usecases/memory-history.ts';
import type { Ports } from './usecases/ports.ts';
import { flipEvicted } from './usecases/publish.ts';
import { createMetrics } from './usecases/publish-metrics.ts';
import { createRebuild } from './usecases/rebuild/rebuild.ts';
import { createRelated } from './usecases/related-memories.ts';
import { createRetrieving } from './usecases/retrieve-memories.ts';
import { createSearch } from './usecases/search-memories.ts';
import { createStoring } from './usecases/store-memories.ts';
import { createSweep } from './usecases/sweep/sweep.ts';
import { createUpdating } from './usecases/update-memory.ts';

export const composeStore = async () => createStoring(await core());
export const composeStoreBatch = async () => createStoring({ ...(await core()), hot: await batchHot() });
export const composeRetrieve = async () => createRetrieving(await withCold());
export const composeGetMany = composeRetrieve;
export const composeList = async () => createListing(await core());
export const composeUpdate = async () => createUpdating(await core());
export const composeDelete = async () => createDeleting(await core());
export const composeHistory = async () => createHistory(await core());
export const composeRelated = async () => createRelated(await withMeaning());
export const composeDiscover = async () =>
  createDiscovery({ ...(await withVectors()), cosineFloor: await cosineFloor() });
export const composePatterns = async () => createPatternListing(await core());
export const composeMap = async () => createMap(await indexReads());
export const composeRetention = async () => createRetention(await core());
export const composeSearch = async () => createSearch(await withMeaning());
export const composePolicy = async () => createPolicies(await core());
export const composeClearPolicy = composePolicy;
export const composeAgents = async () => createAgentListing(await core());
export const composeErase = async () => createErasing(await withErasure());
export const composeExport = async () => createExporting({ persons: await persons() });
export const composeEvents = async () => createEventListing(await core());
export const composeCreateKey = async () => createKeys(await core());
export const composeListKeys = composeCreateKey;
export const composeRevokeKey = composeCreateKey;
export const composeCreateSpace = async () => createSpaces(await core());
export const composeListSpaces = composeCreateSpace;
export const composeSetMember = composeCreateSpace;
export const composeRemoveMember = composeCreateSpace;
export const composeDeleteSpace = composeCreateSpace;

/** What a search would answer, without counting as a use. */
const rehearsal = (ports: MeaningPorts) => {
  const { search } = createSearch({ ...ports, hot: { ...ports.hot, used: async () => ({ watched: false }) } });
  return async (caller: Caller, query: SearchQuery) =>
    (await search(caller, query)).results.map(({ memory }) => memory.id);
};

export const composeTickets = async () => createTickets(await core());
/** What a message of a client asks for. */
export const composeFollowing = async () => createFollowing(await core());

export const composeControl = async () => {
  const ports = await withMeaning();
  return createControl({ ...ports, rehearse: rehearsal(ports) });
};

export const composeStats = async () => createStats({ ...(await withCold()), embeddingModel: await embeddingModel() });

const health = /* @__PURE__ */ once(async () => createHealth({ probes: await probes() }));
export const composeHealth = () => health();

const authenticate = /* @__PURE__ */ once(async () => {
  const { apiKeys, keyCache, pepper, clock, keyCacheSeconds } = await core();
  return createAuthenticate({ cache: keyCache, keys: apiKeys, pepper, clock, cacheSeconds: keyCacheSeconds });
});
/** Keeps its cache of keys for the life of the process. */
export const composeAuthorize = () => authenticate();
/** The same, and tickets, which stand for the caller that made them. */
export const composeAuthorizeSocket = async () => {
  const [byKey, { connections }] = [await authenticate(), await core()];
  return {
    authenticate: (apiKey: string) => byKey.authenticate(apiKey),
    redeem: (ticket: string) => connections.takeTicket(ticket),
  };
};

/** They keep their identity for leases as long as the process lives. */
const indexing = /* @__PURE__ */ once(async () => createConsumer(await core(), createIndexer(await withMeaning())));
export const composeIndexing = () => indexing();

const hotProjecting = /* @__PURE__ */ once(async () => {
  const ports = { ...(await core()), hot: await bulkHot() };
  const onEvicted: Parameters<typeof createHotProjector>[0]['onEvicted'] = async (tenantId, records) => {
    const now = ports.clock.now().toISOString();
    const { chainKey, rules } = ports;
    await flipEvicted(
      ports,
      { chainKey, rules, tenantId, actor: 'system:project-hot', requestId: 'project-hot', now },
      records,
    );
  };
  return createConsumer(ports, createHotProjector({ ...ports, onEvicted }));
});
export const composeHotProjecting = () => hotProjecting();

const broadcasting = /* @__PURE__ */ once(async () => {
  const ports = await withPoster();
  const made = new Map<FrameCodec, ReturnType<typeof createBroadcaster>>();
  return (codec: FrameCodec) => {
    const broadcaster = made.get(codec) ?? createBroadcaster({ ...ports, codec });
    made.set(codec, broadcaster);
    return broadcaster;
  };
});
export const composeBroadcasting = async (codec: FrameCodec) => (await broadcasting())(codec);

const sweeping = /* @__PURE__ */ once(async () => createSweep({ ...(await core()), hot: await bulkHot() }));
export const composeSweep = () => sweeping();

const discovering = /* @__PURE__ */ once(async () =>
  createScheduledDiscovery({ ...(await withVectors()), hot: await bulkHot(), cosineFloor: await cosineFloor() }),
);
export const composeDiscovering = () => discovering();
export const composeRebuild = async () =>
  createRebuild({
    ...(await withMeaning()),
    ...(await replaying()),
    hot: await bulkHot(),
    next: await nextIndex(),
    projecting: await hotProjecting(),
    indexing: await indexing(),
  });

export const composeMetrics = async () => createMetrics(await core());

export const composeHealing = async () => createHealing(await core());

export const composeMigration = async () => ({
  /** Brings the schema up to date, then proves that tenants cannot see each other. */
  async migrate() {
    const database = await postgres();
    const applied = await migrate(database);
    await assertTenantsApart(database);
    return { applied };
  },
});

export const composeTenants = async () => createTenants(await core());

/** See adapters.ts; what was composed before is composed anew. */
export function usePorts(ports: Partial<Ports>): void {
  replacePorts(ports);
  for (const made of [health, authenticate, indexing, hotProjecting, broadcasting, sweeping, discovering])
    made.forget();
}
