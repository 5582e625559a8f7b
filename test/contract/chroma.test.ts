/** The cold tier and the vector index in Chroma, whose records they share. */
import { type Chroma, createChroma } from '../../layers/memory/clients/chroma.ts';
import { searchableText } from '../../layers/memory/embedding/searchable-text.ts';
import { createNextIndex } from '../../layers/memory/search/next-index.ts';
import { createChromaVectors } from '../../layers/memory/search/vectors-chroma.ts';
import { createColdTier } from '../../layers/memory/tiers/cold-chroma.ts';
import { createSubjectKeys } from '../../layers/memory/tiers/subject-keys-postgres.ts';
import { sharedEngines } from '../support/engines.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { describeNextIndexContract } from './suites/next-index.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describeTierContract } from './suites/tier.ts';
import { describeVectorsContract } from './suites/vectors.ts';

const embedder = fakeEmbedder();

function connect(aside = false) {
  const env = sharedEngines();
  const config = { url: env.CHROMA_URL, apiKey: undefined, tenant: undefined, database: undefined };
  return createChroma(config, embedder.model, { aside });
}

const coldOn = async (chroma: Chroma) =>
  createColdTier({
    chroma,
    keys: createSubjectKeys(await onPostgres(), Buffer.alloc(32, 3)),
    vectorsOf: (records) => embedder.embed(records.map(({ content }) => searchableText(content))),
  });

describeTierContract('cold in Chroma', async () => {
  const postgres = await onPostgres();
  return {
    tier: await coldOn(connect()),
    newTenant: tenantsOf(postgres).newTenant,
    committed: async () => {},
  };
});

describeVectorsContract('Chroma', async () => ({
  vectors: createChromaVectors(connect()),
  newTenant: tenantsOf(await onPostgres()).newTenant,
}));

describeNextIndexContract('an index aside in Chroma', async () => {
  const [serving, aside] = [connect(), connect(true)];
  return {
    serving: { vectors: createChromaVectors(serving), cold: await coldOn(serving) },
    next: createNextIndex(aside, await coldOn(aside)),
    newTenant: tenantsOf(await onPostgres()).newTenant,
  };
});
