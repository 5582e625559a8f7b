/** Patterns and the map over HTTP. */
import type {
  findPatterns,
  listPatterns as listContract,
  getMap as mapContract,
} from '../../../functions/contract/patterns.ts';
import { type Answer, type Body, call } from './client.ts';

export type PatternMap = Answer<typeof mapContract>;
export type MapPoint = PatternMap['points'][number];
export type Patterns = Answer<typeof listContract>;
export type Pattern = Patterns['patterns'][number];
export type Discovery = Body<typeof findPatterns>;

/** As many as an answer holds, the newest first. */
const PATTERNS_SHOWN = 50;

export const listPatterns = (signal: AbortSignal) =>
  call<Patterns>('GET', '/v1/patterns', { query: { limit: PATTERNS_SHOWN }, signal });

export const getMap = (signal: AbortSignal) => call<PatternMap>('GET', '/v1/map', { signal });

export const discover = (body: Discovery) => call<{ patterns: Pattern[] }>('POST', '/v1/patterns/discover', { body });
