/** AUREN Memory in one stack, in the order in which a request meets its parts. What exists is `functions/routes.ts`. */
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  AUTHORIZER,
  HTTP_ROUTES,
  type HttpRoute,
  type Needs,
  OPERATOR_FUNCTIONS,
  QUEUE_CONSUMERS,
  type RouteName,
  SCHEDULES,
  SOCKET_AUTHORIZER,
  SOCKET_ROUTES,
  type SocketRoute,
} from '../functions/routes.ts';
import { BUNDLING_WITH_MIGRATIONS } from './constructs/bundling.ts';
import { Embedding } from './constructs/embedding.ts';
import { EngineSecret } from './constructs/engine-secret.ts';
import { HttpGateway } from './constructs/http-gateway.ts';
import { type House, MemoryFunction } from './constructs/memory-function.ts';
import { Migration } from './constructs/migration.ts';
import { PokeConsumer } from './constructs/poke-consumer.ts';
import { PokeTopic } from './constructs/poke-topic.ts';
import { ScheduledRun } from './constructs/scheduled-run.ts';
import { SocketGateway } from './constructs/socket-gateway.ts';
import { pascal } from './names.ts';
import type { Settings } from './settings.ts';

const MIGRATE = 'migrate';
/** The only function that posts to WebSockets. Two would overtake each other. */
const BROADCASTER: (typeof QUEUE_CONSUMERS)[number]['name'] = 'broadcast-events';
/** Public, and answered from the bundle: what never meets an engine gets no credentials. */
const WITHOUT_ENGINES: readonly string[] = ['openapi', 'docs'] satisfies RouteName[];
/** With the authorizer's cache a revoked key ends within 60 s, as the contract says. */
const KEY_CHECK_SECONDS = 60 - AUTHORIZER.cacheSeconds;

export interface MemoryStackProps extends StackProps {
  settings: Settings;
  /** The project's directory. */
  root: string;
}

export class MemoryStack extends Stack {
  /** Where clients open the live feed: `wss://...`. */
  readonly socketUrl: string;
  /** Where the HTTP API answers. */
  readonly apiUrl: string;
  readonly #house: House;
  readonly #secret: EngineSecret;
  readonly #embedding: Embedding;
  readonly #pokes: PokeTopic;

  constructor(scope: Construct, id: string, { settings, root, ...props }: MemoryStackProps) {
    super(scope, id, props);
    Tags.of(this).add('application', 'auren-memory');
    Tags.of(this).add('stage', settings.stage);

    this.#house = house(settings, root);
    this.#secret = new EngineSecret(this, 'Engines', settings.secretName);
    this.#embedding = new Embedding(this, 'Embedding', { root, model: settings.embeddingModel });
    this.#pokes = new PokeTopic(this, 'Pokes');

    const authorizer = this.#function('auth', AUTHORIZER);
    const api = this.#api(settings, authorizer);
    const answering = HTTP_ROUTES.map((route: HttpRoute) => this.#route(api, route));
    const socketAuthorizer = this.#function('auth', SOCKET_AUTHORIZER);
    const sockets = this.#sockets(settings, socketAuthorizer);
    const listening = SOCKET_ROUTES.map((route: SocketRoute) => this.#socketRoute(sockets, route));
    const consumers = QUEUE_CONSUMERS.map((consumer) => this.#consumer(consumer, sockets));
    const schedules = SCHEDULES.map((schedule) => this.#schedule(schedule));
    const operators = OPERATOR_FUNCTIONS.map((operator) => this.#operator(operator));

    const edge = [authorizer, ...answering, socketAuthorizer, ...listening];
    const functions = [...edge, ...consumers, ...schedules, ...operators];
    this.#migrateBefore(functions);
    this.#output('ApiUrl', api.url, 'Where the HTTP API answers');
    this.socketUrl = sockets.url;
    this.apiUrl = api.url;
    this.#output('SocketUrl', sockets.url, 'Where the live feed is: a WebSocket');
    this.#output('SecretName', settings.secretName, 'The secret with the credentials of the engines');
  }

  #api(settings: Settings, authorizer: MemoryFunction): HttpGateway {
    return new HttpGateway(this, 'Http', {
      ...settings,
      ...this.#house,
      authorizer: authorizer.lambda,
      authorizerCacheSeconds: AUTHORIZER.cacheSeconds,
    });
  }

  #route(api: HttpGateway, route: HttpRoute): MemoryFunction {
    const answering = this.#function('http', route);
    if (pokes(route)) this.#pokes.grantPublish(answering.lambda);
    api.addRoute(route, answering.lambda);
    return answering;
  }

  #sockets(settings: Settings, authorizer: MemoryFunction): SocketGateway {
    return new SocketGateway(this, 'Socket', { ...settings, ...this.#house, authorizer: authorizer.lambda });
  }

  #socketRoute(sockets: SocketGateway, route: SocketRoute): MemoryFunction {
    const listening = this.#function('socket', route);
    // What a message asks for is set in the registry and poked: only the broadcaster posts.
    if (route.answers) this.#pokes.grantPublish(listening.lambda);
    sockets.addRoute(route, listening.lambda);
    return listening;
  }

  #consumer(consumer: (typeof QUEUE_CONSUMERS)[number], sockets: SocketGateway): MemoryFunction {
    const consuming = this.#function('queue', consumer);
    if (consumer.name === BROADCASTER) sockets.bind(consuming.lambda);
    const { deadLetters } = new PokeConsumer(this, `${pascal(consumer.name)}Pokes`, {
      ...consumer,
      topic: this.#pokes.topic,
      lambda: consuming.lambda,
      timeoutSeconds: consumer.needs.timeoutSeconds,
    });
    this.#outputDeadLetters(consumer.name, deadLetters);
    return consuming;
  }

  #schedule(schedule: (typeof SCHEDULES)[number]): MemoryFunction {
    const scheduled = this.#function('schedule', schedule);
    this.#pokes.grantPublish(scheduled.lambda);
    const { deadLetters } = new ScheduledRun(this, `${pascal(schedule.name)}Schedule`, {
      lambda: scheduled.lambda,
      everyMinutes: schedule.everyMinutes,
    });
    this.#outputDeadLetters(schedule.name, deadLetters);
    return scheduled;
  }

  #operator(operator: (typeof OPERATOR_FUNCTIONS)[number]): MemoryFunction {
    const bundling = operator.name === MIGRATE ? BUNDLING_WITH_MIGRATIONS : undefined;
    const operated = this.#function(operator.folder, operator, bundling);
    this.#output(`${pascal(operator.name)}Function`, operated.lambda.functionName, 'For an operator to invoke');
    return operated;
  }

  /** A row of the table as a function, with the engines that it works on. */
  #function(folder: string, row: { name: string; needs: Needs }, bundling?: BundlingOptions): MemoryFunction {
    const made = new MemoryFunction(this, pascal(row.name), { ...row, house: this.#house, folder, bundling });
    if (WITHOUT_ENGINES.includes(row.name)) return made;
    this.#secret.bind(made.lambda);
    this.#pokes.introduce(made.lambda);
    if (row.needs.embedding) this.#embedding.bind(made.lambda);
    return made;
  }

  #migrateBefore(functions: MemoryFunction[]): void {
    const isMigrate = (candidate: MemoryFunction) => candidate.node.id === pascal(MIGRATE);
    const migrate = functions.find(isMigrate);
    if (!migrate) throw new Error(`the route table has no operator function "${MIGRATE}"`);
    const migration = new Migration(this, 'Migration', { ...this.#house, migrate: migrate.lambda });
    migration.precedes(...functions.filter((other) => other !== migrate).map((other) => other.lambda));
  }

  #outputDeadLetters(name: string, queue: Queue): void {
    this.#output(`${pascal(name)}DeadLetters`, queue.queueUrl, 'What could not be handled; it should be empty');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}

function house({ stage, logRetentionDays, embeddingModel, behavior }: Settings, root: string): House {
  return {
    root,
    stage,
    logRetention: logRetentionDays,
    environment: {
      AUREN_STAGE: stage,
      AUREN_KEY_CACHE_SECONDS: String(KEY_CHECK_SECONDS),
      EMBEDDING_MODEL: embeddingModel,
      ...behavior,
    },
  };
}

/** Whether a route may change the log, or tells the feed of reads, and so has something to tell the consumers. */
function pokes({ method, scope, tellsFeed }: HttpRoute): boolean {
  if (tellsFeed) return true;
  return method !== 'GET' && (scope === 'memories:write' || scope === 'control' || scope === 'admin');
}
