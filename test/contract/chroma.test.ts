/** The cold tier and the vector index in Chroma, whose records they share. */
import { createChroma } from '../../layers/memory/clients/chroma.ts';
import { searchableText } from '../../layers/memory/embedding/searchable-text.ts';
import { createChromaVectors } from '../../layers/memory/search/vectors-chroma.ts';
import { createColdTier } from '../../layers/memory/tiers/cold-chroma.ts';
import { createSubjectKeys } from '../../layers/memory/tiers/subject-keys-postgres.ts';
import { sharedEngines } from '../support/engines.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { onPostgres, tenantsOf } from './suites/on-postgres.ts';
import { describeTierContract } from './suites/tier.ts';
import { describeVectorsContract } from './suites/vectors.ts';

const embedder = fakeEmbedder();

function connect() {
  const env = sharedEngines();
  const config = { url: env.CHROMA_URL, apiKey: undefined, tenant: undefined, database: undefined };
  return createChroma(config, embedder.model);
}

describeTierContract('cold in Chroma', async () => {
  const postgres = await onPostgres();
  const keys = createSubjectKeys(postgres, Buffer.alloc(32, 3));
  return {
    tier: createColdTier({
      chroma: connect(),
      keys,
      vectorsOf: (records) => embedder.embed(records.map(({ content }) => searchableText(content))),
    }),
    newTenant: tenantsOf(postgres).newTenant,
    committed: async () => {},
  };
});

describeVectorsContract('Chroma', async () => ({
  vectors: createChromaVectors(connect()),
  newTenant: tenantsOf(await onPostgres()).newTenant,
}));
