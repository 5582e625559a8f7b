/**
 * One score for what words and meaning found: relevance = (bm25 / max(bm25) + w cosine) / (1 + w), mixed with small priors
 * for retention, priority, confidence and recency. Weighted fusion, not reciprocal ranks: on LoCoMo turns recall@10 is .617
 * weighted, .587 for BM25 alone, .565 for equal ranks (DESIGN.md, "Search"). Pure; every score lies in 0..1.
 */
import { daysBetween, type Instant } from '../clock.ts';
import { retentionScore } from '../policy/retention.ts';
import type { RankedRow } from './port.ts';

/** w. The small models we embed with find less than words do (USE-lite alone: recall@10 .369), so meaning weighs half. */
export const SEMANTIC_WEIGHT = 0.5;

/** The priors' shares of the whole score; what they leave is the relevance's. */
export const PRIOR_SHARES = { retention: 0.04, priority: 0.03, confidence: 0.01, recency: 0.02 } as const;
const RELEVANCE_SHARE = 1 - Object.values(PRIOR_SHARES).reduce((sum, share) => sum + share, 0);

const RECENCY_HALF_LIFE_DAYS = 30;
/** Retention scores run from about -8 to 13 nats; a logistic curve of this width spreads them over 0..1. */
const RETENTION_SPREAD_NATS = 4;
const PRIORITY_MAX = 10;

export interface Legs {
  /** Which legs answered: a leg that did not cannot hold a score down. */
  lexical: boolean;
  semantic: boolean;
  /** Below it a cosine means nothing and counts nothing. */
  cosineFloor: number;
}

export interface Candidate {
  row: Pick<RankedRow, 'id' | 'createdAt' | 'priority' | 'confidence' | 'accessCount'>;
  bm25: number;
  /** Null where the vector index did not name it. */
  cosine: number | null;
}

/** The terms of a score; their sum is the score. */
export type ScoreParts = {
  lexical: number;
  semantic: number;
  retention: number;
  priority: number;
  confidence: number;
  recency: number;
};

export interface Fused<C extends Candidate = Candidate> {
  candidate: C;
  score: number;
  parts: ScoreParts;
}

/** What counts as found: a word in common, or a cosine at or above the floor. */
export const isFound = (candidate: Candidate, legs: Legs): boolean =>
  candidate.bm25 > 0 || (candidate.cosine !== null && candidate.cosine >= legs.cosineFloor);

/** Scores what was found and sorts it: best first, of equals the younger first. What was not found is left out. */
export function fuse<C extends Candidate>(candidates: readonly C[], legs: Legs, now: Instant): Fused<C>[] {
  const best = candidates.reduce((max, { bm25 }) => Math.max(max, bm25), 0);
  return candidates
    .filter((candidate) => isFound(candidate, legs))
    .map((candidate) => {
      const parts: ScoreParts = { ...relevance(candidate, best, legs), ...priors(candidate.row, now) };
      return { candidate, parts, score: clamp(Object.values(parts).reduce((sum, part) => sum + part, 0)) };
    })
    .sort(byScore);
}

/** An empty query asks for nothing in particular: priority is the score, and the order is priority, then recency. */
export function byPriority<C extends Candidate>(candidates: readonly C[]): Fused<C>[] {
  const none = { lexical: 0, semantic: 0, retention: 0, confidence: 0, recency: 0 };
  return candidates
    .map((candidate) => {
      const score = clamp(candidate.row.priority / PRIORITY_MAX);
      return { candidate, score, parts: { ...none, priority: score } };
    })
    .sort(byScore);
}

function relevance(candidate: Candidate, bestBm25: number, legs: Legs): Pick<ScoreParts, 'lexical' | 'semantic'> {
  const lexicalWeight = legs.lexical ? 1 : 0;
  const semanticWeight = legs.semantic ? (legs.lexical ? SEMANTIC_WEIGHT : 1) : 0;
  const lexical = bestBm25 > 0 ? candidate.bm25 / bestBm25 : 0;
  const cosine = candidate.cosine ?? 0;
  const semantic = cosine >= legs.cosineFloor ? clamp(cosine) : 0;
  const scale = RELEVANCE_SHARE / Math.max(lexicalWeight + semanticWeight, Number.EPSILON);
  return { lexical: scale * lexicalWeight * lexical, semantic: scale * semanticWeight * semantic };
}

function priors(row: Candidate['row'], now: Instant): Omit<ScoreParts, 'lexical' | 'semantic'> {
  const ageDays = Math.max(0, daysBetween(row.createdAt, now));
  return {
    retention: PRIOR_SHARES.retention / (1 + Math.exp(-retentionScore(row, now) / RETENTION_SPREAD_NATS)),
    priority: PRIOR_SHARES.priority * clamp(row.priority / PRIORITY_MAX),
    confidence: PRIOR_SHARES.confidence * clamp(row.confidence),
    recency: PRIOR_SHARES.recency * 2 ** (-ageDays / RECENCY_HALF_LIFE_DAYS),
  };
}

/** Ids are time-ordered, so the last tie is broken the same way in every run. */
function byScore(a: Fused, b: Fused): number {
  if (a.score !== b.score) return b.score - a.score;
  const [left, right] = [a.candidate.row, b.candidate.row];
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1;
  return left.id < right.id ? 1 : -1;
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
