/** What one operation takes and answers: schemas tied to a row of the route table. Parsing, checks and OpenAPI all read it. */
import type { ErrorCode } from '@auren/memory/errors.ts';
import type * as z from 'zod/mini';
import { HTTP_ROUTES, type HttpRoute, type RouteName } from '../routes.ts';

export type Schema = z.ZodMiniType;

export interface ContractParts {
  path?: Schema;
  query?: Schema;
  body?: Schema;
  /** Null answers without a body. */
  answer: Schema | null;
  status: 200 | 201 | 204;
  /** Other statuses that carry the same answer, and when. */
  alsoStatus?: Record<number, string>;
  /** Query parameters that take several values: repeated, or separated by commas. */
  lists?: readonly string[];
  /** Where the body names the acting agent; a bound key may name no other. A path's `agent_id` is checked too. */
  agentIn?: 'body' | 'memories';
  /** The path's `agent_id` is whom the request is about, not who acts: a bound key may name others. */
  aboutAgent?: true;
  /** Takes `If-Match`. */
  ifMatch?: true;
  /** Reading is a use, unless `X-Auren-Observe` says that somebody only looks on. */
  countsUses?: true;
  /** Headers of the answer beyond the common ones. */
  answerHeaders?: readonly ('ETag' | 'X-Memory-Tier' | 'X-Next-Cursor')[];
  /** Codes beyond those that every operation may answer with. */
  errors?: readonly ErrorCode[];
  description?: string;
  mediaType?: string;
}

export type Contract<N extends RouteName = RouteName, P extends ContractParts = ContractParts> = P & {
  name: N;
  route: HttpRoute;
};

/** Pure, so that a bundle keeps only the contract that its function uses. @__NO_SIDE_EFFECTS__ */
// @__NO_SIDE_EFFECTS__
export function contract<const N extends RouteName, P extends ContractParts>(name: N, parts: P): Contract<N, P> {
  const route = HTTP_ROUTES.find((row) => row.name === name);
  if (route === undefined) throw new Error(`functions/routes.ts has no route "${name}".`);
  return { ...parts, name, route };
}

type Parsed<P, K extends string, Absent> = P extends { [key in K]: infer S extends Schema } ? z.output<S> : Absent;
export type PathOf<P> = Parsed<P, 'path', Record<never, string>>;
export type QueryOf<P> = Parsed<P, 'query', Record<never, string>>;
export type BodyOf<P> = Parsed<P, 'body', undefined>;
