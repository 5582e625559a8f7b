/** What no JSON may hold, whatever its schema: strings that no engine stores faithfully, keys that reach prototypes, endless depth. */
import type { FieldFault } from '@auren/memory/errors.ts';
import { pathOf } from './paths.ts';

export const DEPTH_MAX = 32;
/** A hostile body has as many faults as bytes; nobody reads more than these. */
export const FAULTS_MAX = 100;

function textFault(text: string): string | null {
  if (text.includes('\0')) return 'must not hold NUL characters';
  return text.isWellFormed() ? null : 'must not hold half a surrogate pair';
}

/** A deep merge of `{constructor: {prototype: ...}}` reaches every object; a plain `constructor` key is harmless. */
const reachesPrototype = (key: string, value: unknown) =>
  key === '__proto__' ||
  (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'));

/** Walks with one trail of segments: building the path of every value would cost more than parsing it. */
class Guard {
  readonly faults: FieldFault[] = [];
  readonly #trail: PropertyKey[] = [];

  #fault(message: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push({ path: pathOf(this.#trail), message });
  }

  #text(text: string): void {
    const wrong = textFault(text);
    if (wrong !== null) this.#fault(wrong);
  }

  inspect(value: unknown): void {
    if (typeof value === 'string') this.#text(value);
    // JSON.parse turns 1e999 into Infinity.
    else if (typeof value === 'number' && !Number.isFinite(value)) this.#fault('must be a finite number');
    else if (typeof value === 'object' && value !== null) this.#container(value);
  }

  #container(value: object): void {
    if (this.#trail.length >= DEPTH_MAX) {
      this.#fault(`must not nest deeper than ${DEPTH_MAX} levels`);
      return;
    }
    if (Array.isArray(value)) this.#list(value);
    else this.#object(value);
  }

  #list(list: unknown[]): void {
    for (let index = 0; index < list.length && this.faults.length < FAULTS_MAX; index += 1) {
      this.#trail.push(index);
      this.inspect(list[index]);
      this.#trail.pop();
    }
  }

  #object(object: object): void {
    for (const [key, held] of Object.entries(object)) {
      if (this.faults.length >= FAULTS_MAX) return;
      this.#trail.push(key);
      if (reachesPrototype(key, held)) this.#fault('is a key that may not be used');
      else {
        this.#text(key);
        this.inspect(held);
      }
      this.#trail.pop();
    }
  }
}

/** The faults of a parsed JSON value, at most `FAULTS_MAX`. */
export function guardJson(value: unknown): FieldFault[] {
  const guard = new Guard();
  guard.inspect(value);
  return guard.faults;
}
