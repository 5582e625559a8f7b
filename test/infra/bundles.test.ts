import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundleAll, FUNCTIONS } from './bundled.ts';

/**
 * A cold start reads the whole bundle. The clients alone take 298 KB (neon 146, upstash 80, chromadb 72), the largest
 * function 464 KB: this catches the next package that gets in, such as an SDK client (300 KB) or all of zod (450 KB).
 */
const BUNDLE_MAX_BYTES = 500_000;

describe('the bundle of', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleAll();
  });
  afterAll(() => bundles?.remove());

  it.each(FUNCTIONS)('$name exports its handler', ({ name }) => {
    expect(bundles.of(name).load().handler).toBeTypeOf('function');
  });

  it.each(FUNCTIONS)(`$name has at most ${BUNDLE_MAX_BYTES / 1_000} KB`, async ({ name }) => {
    expect((await stat(bundles.of(name).file)).size).toBeLessThanOrEqual(BUNDLE_MAX_BYTES);
  });

  it.each(FUNCTIONS)('$name holds no model, no CDK and nothing of the local run', ({ name }) => {
    const { inputs } = bundles.of(name);

    expect(inputs.length).toBeGreaterThan(0);
    const foreign = /^(layers\/embedding|local|lib)\/|aws-cdk|onnxruntime|@energetic-ai/;
    expect(inputs.filter((file) => foreign.test(file))).toEqual([]);
  });
});
