/** What the start checks before anything runs. */
import { describe, expect, it } from 'vitest';
import { localEmbedder } from '../../../local/embedder.ts';
import { applyEnvironment, applySocketEnvironment } from '../../../local/environment.ts';
import { readSettings } from '../../../local/settings.ts';
import { StartError } from '../../../local/start-error.ts';

const ENGINES = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1:1/auren',
  AUREN_NEON_ENDPOINT: 'http://127.0.0.1:2/sql',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:3',
  UPSTASH_REDIS_REST_TOKEN: 'token',
  CHROMA_URL: 'http://127.0.0.1:4',
};

describe('the settings', () => {
  it('have defaults for a fresh machine', () => {
    expect(readSettings({})).toEqual({
      port: 8_787,
      dataDir: '.auren',
      throttle: { ratePerSecond: 10_000, burst: 5_000 },
      corsOrigins: [],
    });
  });

  it('come from the environment', () => {
    const env = {
      PORT: '0',
      AUREN_DATA_DIR: '/tmp/a',
      AUREN_THROTTLE_RATE: '5',
      AUREN_THROTTLE_BURST: '2',
      AUREN_CORS_ORIGINS: 'https://a.example, https://b.example',
    };

    expect(readSettings(env)).toEqual({
      port: 0,
      dataDir: '/tmp/a',
      throttle: { ratePerSecond: 5, burst: 2 },
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['AUREN_THROTTLE_RATE', '0'],
    ['AUREN_THROTTLE_BURST', '1.5'],
    ['AUREN_HOT_DAYS', 'ten'],
    ['AUREN_MASTER_KEY', 'short'],
    ['AUREN_STAGE', 'Local Run'],
    ['EMBEDDING_MODEL', 'gpt'],
    ['UPSTASH_REDIS_REST_URL', 'https://x.upstash.io'],
    ['CHROMA_API_KEY', 'ck-secret'],
  ])('stop the start for %s=%s and name it', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(StartError);
    expect(() => readSettings({ [name]: value })).toThrow(name);
    if (/KEY/.test(name)) expect(() => readSettings({ [name]: value })).not.toThrow(value);
  });
});

describe('the environment of the domain', () => {
  it('gets the engines and the local defaults, and keeps what the user has set', () => {
    const env: NodeJS.ProcessEnv = {
      AUREN_HOT_LEASE_SECONDS: '60',
      AUREN_POKE_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:t',
      DATABASE_URL: 'postgres://mine',
    };

    applyEnvironment(env, ENGINES, 'key');

    expect(env).toEqual({
      ...ENGINES,
      AUREN_MASTER_KEY: 'key',
      AUREN_STAGE: 'local',
      AUREN_HOT_LEASE_SECONDS: '60',
      AUREN_KEY_CACHE_SECONDS: '0',
    });
  });
});

describe('what functions post to open WebSockets with', () => {
  const USERS_OWN = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 't',
  };

  it("is a random key of this start, in place of the user's", () => {
    const env: NodeJS.ProcessEnv = { ...USERS_OWN };

    const first = applySocketEnvironment(env, 'http://127.0.0.1:1');
    const second = applySocketEnvironment(env, 'http://127.0.0.1:2');

    expect(first).not.toBe(second);
    expect(env).toEqual({
      AUREN_SOCKET_ENDPOINT: 'http://127.0.0.1:2',
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: second,
      AWS_SECRET_ACCESS_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("is the user's own where the model on Bedrock needs it", () => {
    const env: NodeJS.ProcessEnv = { ...USERS_OWN, EMBEDDING_MODEL: 'bedrock:amazon.titan-embed-text-v2:0' };

    const accessKeyId = applySocketEnvironment(env, 'http://127.0.0.1:1');

    expect(accessKeyId).toBe('AKIA');
    expect(env).toMatchObject(USERS_OWN);
  });
});

describe('the embedder', () => {
  it('is the default model without being loaded', async () => {
    const embedder = localEmbedder({});

    expect(embedder?.model).toBe('universal-sentence-encoder-lite');
    await embedder?.close();
  });

  it('of Bedrock is left to the domain', () => {
    expect(localEmbedder({ EMBEDDING_MODEL: 'bedrock:amazon.titan-embed-text-v2:0' })).toBeUndefined();
  });
});
