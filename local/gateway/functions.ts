/** Loads the functions of the route table as Lambda would: one module a function, imported when first called. */
import {
  AUTHORIZER,
  HTTP_ROUTES,
  type Needs,
  OPERATOR_FUNCTIONS,
  QUEUE_CONSUMERS,
  SCHEDULES,
} from '../../functions/routes.ts';
import { invoke, type LambdaHandler } from './invoke.ts';

/** A function by what triggers it: `functions/<folder>/<name>.ts`. */
export interface FunctionRef {
  readonly folder: string;
  readonly name: string;
  readonly needs: Needs;
}

/** Where handlers come from; tests hand in their own. */
export type HandlerSource = (ref: FunctionRef) => Promise<LambdaHandler>;

export const AUTHORIZE: FunctionRef = { folder: 'auth', ...AUTHORIZER };
export const HTTP_FUNCTIONS: readonly FunctionRef[] = HTTP_ROUTES.map((route) => ({ folder: 'http', ...route }));
export const QUEUE_FUNCTIONS = QUEUE_CONSUMERS.map((consumer) => ({ folder: 'queue', ...consumer }));
export const SCHEDULE_FUNCTIONS = SCHEDULES.map((schedule) => ({ folder: 'schedule', ...schedule }));
/** What an operator may run by hand: nothing of these is behind a route. */
export const RUNNABLE_FUNCTIONS: readonly FunctionRef[] = [...SCHEDULE_FUNCTIONS, ...OPERATOR_FUNCTIONS];

/** Throws for a name that no operator may run. */
export function functionNamed(name: string): FunctionRef {
  const found = RUNNABLE_FUNCTIONS.find((ref) => ref.name === name);
  if (!found) throw new Error(`there is no function "${name}" to run by hand`);
  return found;
}

/** Imports `handler` from the function's own file. A failed import is not kept: the next call tries again. */
export const importHandler: HandlerSource = async ({ folder, name }) => {
  const loaded: Record<string, unknown> = await import(`../../functions/${folder}/${name}.ts`);
  const handler = loaded.handler;
  if (typeof handler !== 'function') throw new Error(`functions/${folder}/${name}.ts exports no function "handler"`);
  return handler as LambdaHandler;
};

/** Runs functions by reference, each loaded once. */
export class Functions {
  readonly #source: HandlerSource;
  readonly #loaded = new Map<FunctionRef, LambdaHandler>();

  constructor(source: HandlerSource = importHandler) {
    this.#source = source;
  }

  /** The handler's answer. Rejects with what it throws, or with a FunctionTimeout after the time of its row in the table. */
  async call(ref: FunctionRef, event: object): Promise<unknown> {
    return invoke(ref, this.#loaded.get(ref) ?? (await this.#load(ref)), event);
  }

  async #load(ref: FunctionRef): Promise<LambdaHandler> {
    const handler = await this.#source(ref);
    this.#loaded.set(ref, handler);
    return handler;
  }
}
