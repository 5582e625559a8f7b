/**
 * What a deployment can choose: cdk context keys (`-c hotCapacity=5000`) -> typed settings. A bad value or an unknown key stops
 * the synth and names itself. A choice that was not made is not passed on: the domain keeps its own default.
 */
export const EMBEDDING_MODELS = [
  'universal-sentence-encoder-lite',
  'all-MiniLM-L6-v2',
  'bedrock:amazon.titan-embed-text-v2:0',
] as const;
export type EmbeddingModelName = (typeof EMBEDDING_MODELS)[number];

export interface Settings {
  /** Names the stack, the log groups and the API keys (`auren_<stage>_...`): one deployment a stage and region. */
  stage: string;
  /** The Secrets Manager secret with the engines' credentials; it exists before the first deployment. */
  secretName: string;
  embeddingModel: EmbeddingModelName;
  corsOrigins: string[];
  throttleRatePerSecond: number;
  throttleBurst: number;
  logRetentionDays: number;
  /** Variables of the functions' environment, those that were chosen only. */
  behavior: Record<string, string>;
}

export type Context = Readonly<Record<string, unknown>>;
type Parse<T> = (key: string, value: unknown) => T;

/** Half of what an account has in a region by default (10,000 a second, burst 5,000): its other APIs keep answering. */
const THROTTLE_RATE_PER_SECOND = 5_000;
const THROTTLE_BURST = 2_500;
const LOG_RETENTION_DAYS = 30;
/** The domain's defaults, needed here to compare one chosen bound with the other's default. */
const HOT_DAYS = 30;
const WARM_DAYS = 365;
/** What CloudWatch Logs accepts, up to two years. */
const RETENTIONS_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731];

const fail = (key: string, what: string, value: unknown): never => {
  throw new Error(`context key "${key}" ${what}, not ${JSON.stringify(value)}`);
};

const number =
  (min: number, max: number, whole = false): Parse<number> =>
  (key, value) => {
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const kind = whole ? 'a whole number' : 'a number';
    return typeof parsed === 'number' && parsed >= min && parsed <= max && (!whole || Number.isInteger(parsed))
      ? parsed
      : fail(key, `must be ${kind} from ${min} to ${max}`, value);
  };

const flag: Parse<string> = (key, value) => {
  const text = String(value).toLowerCase();
  if (['on', 'true', '1'].includes(text)) return 'on';
  return ['off', 'false', '0'].includes(text) ? 'off' : fail(key, 'must be on or off', value);
};

const matching =
  (pattern: RegExp, what: string): Parse<string> =>
  (key, value) =>
    typeof value === 'string' && pattern.test(value) ? value : fail(key, `must be ${what}`, value);

const oneOf =
  <T>(choices: readonly T[]): Parse<T> =>
  (key, value) =>
    choices.find((choice) => String(choice) === String(value)) ??
    fail(key, `must be one of ${choices.join(', ')}`, value);

const origins: Parse<string[]> = (key, value) => {
  const list: unknown[] = Array.isArray(value) ? value : String(value).split(',');
  return list.map((entry) => {
    const text = String(entry).trim();
    const isOrigin = text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text);
    return isOrigin ? text : fail(key, 'must be "*" or origins such as https://example.com, comma separated', value);
  });
};

/** Context key -> the variable that the domain's configuration reads, and what it may hold. */
const BEHAVIOR: Record<string, [variable: string, parse: Parse<number | string>]> = {
  hotCapacity: ['AUREN_HOT_CAPACITY', number(1, 10_000_000, true)],
  hotDays: ['AUREN_HOT_DAYS', number(0, 36_500)],
  warmDays: ['AUREN_WARM_DAYS', number(0, 36_500)],
  dualStorePriority: ['AUREN_DUAL_STORE_PRIORITY', number(0, 10)],
  dualStoreConfidence: ['AUREN_DUAL_STORE_CONFIDENCE', number(0, 1)],
  predictiveWarming: ['AUREN_PREDICTIVE_WARMING', flag],
  queryLog: ['AUREN_QUERY_LOG', flag],
  patternInsights: ['AUREN_PATTERN_INSIGHTS', flag],
};

const DEPLOYMENT = [
  'stage',
  'secretName',
  'embeddingModel',
  'corsOrigins',
  'throttleRatePerSecond',
  'throttleBurst',
  'logRetentionDays',
] as const;

/** Throws an error that names the context key. */
export function readSettings(context: Context): Settings {
  refuseUnknown(context);
  const read = <T>(key: (typeof DEPLOYMENT)[number], parse: Parse<T>, fallback: T): T =>
    context[key] === undefined ? fallback : parse(key, context[key]);

  const stage = read('stage', matching(/^[a-z0-9]{1,16}$/, '1 to 16 of a-z and 0-9'), 'dev');
  return {
    stage,
    secretName: read(
      'secretName',
      matching(/^[\w/+=.@-]{1,256}$/, "a secret's name, not its ARN"),
      `auren/${stage}/engines`,
    ),
    embeddingModel: read('embeddingModel', oneOf(EMBEDDING_MODELS), EMBEDDING_MODELS[0]),
    corsOrigins: read('corsOrigins', origins, []),
    throttleRatePerSecond: read('throttleRatePerSecond', number(1, 10_000), THROTTLE_RATE_PER_SECOND),
    throttleBurst: read('throttleBurst', number(1, 5_000, true), THROTTLE_BURST),
    logRetentionDays: read('logRetentionDays', oneOf(RETENTIONS_DAYS), LOG_RETENTION_DAYS),
    behavior: readBehavior(context),
  };
}

function readBehavior(context: Context): Record<string, string> {
  const behavior: Record<string, string> = {};
  for (const [key, [variable, parse]] of Object.entries(BEHAVIOR)) {
    if (context[key] !== undefined) behavior[variable] = String(parse(key, context[key]));
  }
  const hotDays = Number(behavior.AUREN_HOT_DAYS ?? HOT_DAYS);
  const warmDays = Number(behavior.AUREN_WARM_DAYS ?? WARM_DAYS);
  if (warmDays < hotDays) fail('warmDays', `must not be below hotDays (${hotDays})`, warmDays);
  return behavior;
}

/** A mistyped key would deploy the default in silence. CDK's own keys hold a colon or a slash. */
function refuseUnknown(context: Context): void {
  const known = [...DEPLOYMENT, ...Object.keys(BEHAVIOR)];
  for (const key of Object.keys(context)) {
    if (!/[:/]/.test(key) && !known.includes(key)) {
      throw new Error(`context key "${key}" is not known; there are ${known.join(', ')}`);
    }
  }
}
