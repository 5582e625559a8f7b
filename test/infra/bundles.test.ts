import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundleAll, FUNCTIONS } from './bundled.ts';

/**
 * A cold start reads the whole bundle. The clients alone take 298 KB (neon 146, upstash 80, chromadb 72), the largest function of
 * a route 504 KB: this catches the next package that gets in, such as an SDK client (300 KB) or all of zod (450 KB).
 */
const BUNDLE_MAX_BYTES = 520_000;
/** With the SDK's client, which posts to connections; nobody waits for its cold start but the feed. */
const BROADCASTER_MAX_BYTES = 700_000;
const maxBytesOf = (name: string) => (name === 'broadcast-events' ? BROADCASTER_MAX_BYTES : BUNDLE_MAX_BYTES);

describe('the bundle of', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleAll();
  });
  afterAll(() => bundles?.remove());

  it.each(FUNCTIONS)('$name exports its handler', ({ name }) => {
    expect(bundles.of(name).load().handler).toBeTypeOf('function');
  });

  it.each(FUNCTIONS)('$name is as small as that of its kind', async ({ name }) => {
    expect((await stat(bundles.of(name).file)).size).toBeLessThanOrEqual(maxBytesOf(name));
  });

  it('of the broadcaster alone holds the SDK', () => {
    const holding = FUNCTIONS.filter(({ name }) => bundles.of(name).inputs.some((file) => file.includes('@aws-sdk/')));

    expect(holding.map(({ name }) => name)).toEqual(['broadcast-events']);
  });

  it.each(FUNCTIONS)('$name holds no model, no CDK and nothing of the local run', ({ name }) => {
    const { inputs } = bundles.of(name);

    expect(inputs.length).toBeGreaterThan(0);
    const foreign = /^(layers\/embedding|local|lib)\/|aws-cdk|onnxruntime|@energetic-ai/;
    expect(inputs.filter((file) => foreign.test(file))).toEqual([]);
  });
});
