/** One request through the gateway: route, throttle, authorizer, body, function, in the order and words of API Gateway. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Log } from '../engines/types.ts';
import { type Answer, answerOf, refusal } from './answer.ts';
import { authorize, type Verdict } from './authorize.ts';
import { readBody } from './body.ts';
import { Cors } from './cors.ts';
import { functionEvent, type RequestEvent, requestEvent, splitTarget } from './event.ts';
import type { Functions } from './functions.ts';
import type { LocalRoutes } from './local-routes.ts';
import { type GatewayRoute, type Match, Router } from './router.ts';
import { Throttle, type ThrottleLimits } from './throttle.ts';

export interface GatewayOptions {
  readonly routes: readonly GatewayRoute[];
  readonly functions: Functions;
  readonly log: Log;
  readonly corsOrigins?: readonly string[];
  readonly throttle?: ThrottleLimits;
  /** Routes beside the table, which only the local run has. */
  readonly local?: LocalRoutes;
  /** After so long API Gateway gives up on a function. */
  readonly integrationTimeoutMs?: number;
  /** A clock for the throttle that never goes back. */
  readonly nowMs?: () => number;
}

const INTEGRATION_TIMEOUT_MS = 30_000;
const LATE = Symbol('late');

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #router: Router;
  readonly #throttle: Throttle;
  readonly #cors: Cors;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
    this.#throttle = new Throttle(options.throttle, options.nowMs);
    this.#cors = new Cors(options.corsOrigins ?? []);
  }

  /** The answer to a request. Rejects only when the client has gone away while it was sending. */
  async serve(request: IncomingMessage): Promise<Answer> {
    const requestId = randomUUID();
    const [path] = splitTarget(request.url ?? '/');
    if (this.#options.local?.owns(path)) return this.#options.local.serve(request, path);
    const answer = this.#cors.preflight(request) ?? (await this.#route(request, path, requestId));
    return { ...answer, headers: { ...answer.headers, ...this.#cors.headers(request), 'apigw-requestid': requestId } };
  }

  async #route(request: IncomingMessage, path: string, requestId: string): Promise<Answer> {
    const match = this.#router.find(request.method ?? 'GET', path);
    if (!match) return refusal(404);
    if (!this.#throttle.admits()) return refusal(429);
    const event = requestEvent(request, match, requestId, new Date());
    const verdict = await this.#authorized(match, event);
    if ('refused' in verdict) return refusal(verdict.refused);
    const body = await readBody(request);
    if (!body) return refusal(413);
    return this.#integrate(match, functionEvent(event, body, verdict.context));
  }

  async #authorized(match: Match, event: RequestEvent): Promise<Verdict | { refused: 500 }> {
    if (match.route.scope === null) return { context: undefined };
    try {
      return await authorize(this.#options.functions, event);
    } catch (error) {
      this.#report('authorizer', event.requestContext.requestId, error);
      return { refused: 500 };
    }
  }

  /** Calls the function and checks what it answers. */
  async #integrate({ route, routeKey }: Match, event: ReturnType<typeof functionEvent>): Promise<Answer> {
    const { functions, integrationTimeoutMs = INTEGRATION_TIMEOUT_MS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(resolve, integrationTimeoutMs, LATE);
    });
    try {
      const result = await Promise.race([functions.call(route, event), late]);
      return result === LATE ? refusal(503) : answerOf(result);
    } catch (error) {
      this.#report(routeKey, event.requestContext.requestId, error);
      return refusal(500);
    } finally {
      clearTimeout(timer);
    }
  }

  #report(where: string, requestId: string, error: unknown): void {
    this.#options.log(
      `gateway: ${where} (request ${requestId}): ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
}
