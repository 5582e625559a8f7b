/** Finds the route of a request as an HTTP API does: a literal segment beats a parameter, `{x}` takes one non-empty segment. */
import type { FunctionRef } from './functions.ts';

export interface GatewayRoute extends FunctionRef {
  readonly method: string;
  readonly path: string;
  /** Null is public: no authorizer in front. */
  readonly scope: string | null;
}

export interface Match {
  readonly route: GatewayRoute;
  /** `GET /v1/memories/{id}`: what the event calls routeKey. */
  readonly routeKey: string;
  /** Decoded; undefined where the path has no parameters. */
  readonly pathParameters: Record<string, string> | undefined;
}

interface Pattern {
  readonly route: GatewayRoute;
  readonly routeKey: string;
  readonly segments: readonly string[];
}

const isParameter = (segment: string) => segment.startsWith('{');
const literals = ({ segments }: Pattern) => segments.filter((segment) => !isParameter(segment)).length;

export class Router {
  readonly #exact = new Map<string, Match>();
  /** Patterns by method and number of segments, the most literal first. */
  readonly #patterns = new Map<string, Pattern[]>();

  constructor(routes: readonly GatewayRoute[]) {
    for (const route of routes) this.#add(route);
    for (const patterns of this.#patterns.values()) patterns.sort((one, other) => literals(other) - literals(one));
  }

  find(method: string, path: string): Match | undefined {
    const exact = this.#exact.get(`${method} ${path}`);
    if (exact) return exact;
    const segments = path.split('/');
    for (const { route, routeKey, segments: wanted } of this.#patterns.get(`${method} ${segments.length}`) ?? []) {
      const pathParameters = parametersOf(wanted, segments);
      if (pathParameters) return { route, routeKey, pathParameters };
    }
    return undefined;
  }

  #add(route: GatewayRoute): void {
    const routeKey = `${route.method} ${route.path}`;
    const segments = route.path.split('/');
    if (!segments.some(isParameter)) {
      this.#exact.set(routeKey, { route, routeKey, pathParameters: undefined });
      return;
    }
    const key = `${route.method} ${segments.length}`;
    const patterns = this.#patterns.get(key) ?? [];
    patterns.push({ route, routeKey, segments });
    this.#patterns.set(key, patterns);
  }
}

/** The parameters if every segment fits; undefined if one does not, or is not valid percent-encoding. */
function parametersOf(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? '';
    if (!isParameter(segment)) {
      if (segment !== value) return undefined;
      continue;
    }
    const decoded = decode(value);
    if (!decoded) return undefined;
    parameters[segment.slice(1, -1)] = decoded;
  }
  return parameters;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
