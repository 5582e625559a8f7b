/** JSON as types, and the canonical text (RFC 8785) that hashes and fingerprints are made of. */
import canonicalize from 'canonicalize';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** RFC 8785 text of a value. Throws on what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON values have a canonical text');
  return text;
}
