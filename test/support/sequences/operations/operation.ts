/** What an operation of the sequences is: data that a generator makes, the model's word on it, and the call. */
import fc from 'fast-check';
import type { Memo, Model } from '../model.ts';
import type { World } from '../world.ts';

export interface Operation<S> {
  arbitrary: fc.Arbitrary<S>;
  /** Changes the model and answers what the call must answer; throws Refused. `tag` is new with each step. */
  predict(model: Model, step: S, tag: string): unknown;
  /** `model` is as before the step: it knows ids and memberships. */
  act(world: World, model: Model, step: S, tag: string): Promise<unknown>;
  /** What only the answer tells. */
  learn?(model: Model, step: S, answer: unknown): void;
}

export const AGENTS = ['ada', 'ben', 'cyd'] as const;
export const UNKNOWN_ID = `mem_${'0'.repeat(32)}`;
export const WORDS = ['zorvex', 'quimbal', 'draxon', 'plinth', 'womble'] as const;

/** An agent's key, the unbound one, or that of the agent whom the step is about. */
export type By = 'own' | null | (typeof AGENTS)[number];
export const by: fc.Arbitrary<By> = fc.oneof(
  { weight: 9, arbitrary: fc.constant('own' as const) },
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom(...AGENTS) },
);
export const whoIs = (asked: By, own: string): string | null => (asked === 'own' ? own : asked);

/** A memory by its place among all that were ever stored; the latest are met most. */
export const at = fc.oneof(fc.nat(3), fc.nat(30));
export const memoAt = ({ memories }: Model, place: number): Memo | undefined =>
  memories[memories.length - 1 - (place % Math.max(1, memories.length))];
export const idAt = (model: Model, place: number): string => memoAt(model, place)?.id ?? UNKNOWN_ID;
export const ownerAt = (model: Model, place: number): string => memoAt(model, place)?.agentId ?? AGENTS[0];

/** A value once in so many times. */
export const onceIn = <T, N = undefined>(times: number, arbitrary: fc.Arbitrary<T>, nil?: N): fc.Arbitrary<T | N> =>
  fc.oneof(
    { weight: times - 1, arbitrary: fc.constant(nil as N) },
    { weight: 1, arbitrary: arbitrary as fc.Arbitrary<T | N> },
  );

export const spacePlace = onceIn(3, fc.nat(2), null);
/** Null is none; a space that is not there is asked for by name. */
export const spaceIdAt = ({ spaces }: Model, place: number | null): string | null =>
  place === null ? null : (spaces[place % Math.max(1, spaces.length)]?.id ?? `spc_${'0'.repeat(32)}`);

export const words = fc.subarray([...WORDS], { minLength: 1, maxLength: 3 });

export const priority = fc.constantFrom(0, 3, 5, 7.5, 8, 10);
export const confidence = fc.constantFrom(0.2, 0.7, 0.9);
export const type = fc.constantFrom('fact' as const, 'analysis' as const);
export const visibility = fc.constantFrom('agent' as const, 'user' as const, 'space' as const);
export const ttlSeconds = fc.constantFrom(3_600, 10 * 86_400, 200 * 86_400);
