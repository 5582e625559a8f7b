import { describe, expect, it } from 'vitest';
import { EMBEDDING_MODELS as DOMAIN_MODELS } from '../../layers/memory/config.ts';
import { EMBEDDING_MODELS, readSettings } from '../../lib/settings.ts';

describe('the settings of a deployment', () => {
  it('need nothing to be given', () => {
    expect(readSettings({})).toEqual({
      stage: 'dev',
      secretName: 'auren/dev/engines',
      embeddingModel: 'universal-sentence-encoder-lite',
      corsOrigins: [],
      throttleRatePerSecond: 5_000,
      throttleBurst: 2_500,
      logRetentionDays: 30,
      behavior: {},
    });
  });

  it('know the models that the domain knows', () => {
    expect(EMBEDDING_MODELS).toEqual(DOMAIN_MODELS);
  });

  it.each([
    ['stage', 'Prod!'],
    ['secretName', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
    ['embeddingModel', 'gpt'],
    ['corsOrigins', 'example.com'],
    ['corsOrigins', 'https://example.com/path'],
    ['throttleRatePerSecond', 0],
    ['throttleBurst', '1.5'],
    ['logRetentionDays', 31],
    ['hotCapacity', 'many'],
    ['hotCapacity', ''],
    ['hotCapacity', '10.5'],
    ['hotDays', -1],
    ['warmDays', 29],
    ['dualStorePriority', 11],
    ['dualStoreConfidence', '1.1'],
    ['predictiveWarming', 'maybe'],
    ['queryLog', 'yes please'],
    ['patternInsights', 2],
  ])('refuse %s = %j and name the key', (key, value) => {
    expect(() => readSettings({ [key]: value })).toThrow(`context key "${key}"`);
  });

  it('refuse a key that nobody reads', () => {
    expect(() => readSettings({ hotCapcity: '5000' })).toThrow('context key "hotCapcity" is not known');
  });

  it("let CDK's own keys pass", () => {
    const context = { 'aws:cdk:enable-path-metadata': true, '@aws-cdk/core:explicitStackTags': true };

    expect(readSettings(context)).toEqual(readSettings({}));
  });

  it('take several origins, as a text or as a list', () => {
    const text = readSettings({ corsOrigins: 'https://a.example, http://localhost:3000' });
    const list = readSettings({ corsOrigins: ['https://a.example', 'http://localhost:3000'] });

    expect(text.corsOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
    expect(list.corsOrigins).toEqual(text.corsOrigins);
  });
});
