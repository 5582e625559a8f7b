/**
 * The partition in the vector: stored [v, L h(p)], asked [q, L h(p)], with v and q of length 1 and h(p) a direction of 32
 * dimensions drawn from the partition's name. The nearest records are those of p, ranked by q.v, without a filter
 * (DESIGN.md, "Partitions without filters"). This is geometry, never isolation: the catalog drops strangers.
 */
import { createHash } from 'node:crypto';
import { Lru } from '../embedding/lru.ts';
import { normalize } from '../embedding/normalize.ts';
import type { Visibility } from '../model/memory.ts';

export const PARTITION_DIMENSIONS = 32;
/** L. Two directions are unlikely to be closer than a cosine of 0.7, so a stranger starts L^2 (1 - 0.7) behind. */
export const PARTITION_WEIGHT = 1.5;

const WEIGHT_SQUARED = PARTITION_WEIGHT ** 2;
const DIRECTIONS_CACHED = 10_000;
const UINT32_RANGE = 2 ** 32;
const UINT32_BYTES = 4;

export interface PartitionOwner {
  readonly visibility: Visibility;
  readonly agentId: string;
  readonly userId: string | null;
  readonly spaceId: string | null;
}

/** The partition a memory lives in: it follows the visibility. Throws when the id that the visibility names is missing. */
export function partitionKey({ visibility, agentId, userId, spaceId }: PartitionOwner): string {
  const id = { agent: agentId, user: userId, space: spaceId }[visibility];
  if (!id) throw new RangeError(`visibility "${visibility}" needs a ${visibility} id`);
  return `${visibility}:${id}`;
}

const directions = new Lru<Float32Array>(DIRECTIONS_CACHED);

/** h(p): a unit vector, equally likely in every direction, the same on every machine (SHA-256 through Box-Muller). */
export function partitionDirection(partition: string): Float32Array {
  let direction = directions.get(partition);
  if (!direction) {
    direction = normalize(gaussians(partition));
    directions.set(partition, direction);
  }
  return direction;
}

/** [vector, L h(p)] as Chroma takes it. Records and queries alike; every one has the norm sqrt(1 + L^2). */
export function augment(vector: Float32Array, partition: string): number[] {
  const direction = partitionDirection(partition);
  return [...vector, ...Array.from(direction, (component) => component * PARTITION_WEIGHT)];
}

/**
 * q.v of a hit in the partition that was asked for, from the distance of a collection with `space: 'cosine'`. There
 * distance = 1 - (q.v + L^2) / (1 + L^2), hence q.v = (1 - distance)(1 + L^2) - L^2. Wrong for a hit of another partition.
 */
export function cosineWithin(distance: number): number {
  const cosine = (1 - distance) * (1 + WEIGHT_SQUARED) - WEIGHT_SQUARED;
  return Math.min(1, Math.max(-1, cosine));
}

function gaussians(seed: string): Float64Array {
  const uniforms = uniformNumbers(seed, PARTITION_DIMENSIONS);
  const values = new Float64Array(PARTITION_DIMENSIONS);
  for (let i = 0; i < PARTITION_DIMENSIONS; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniforms[i] ?? 1));
    const angle = 2 * Math.PI * (uniforms[i + 1] ?? 0);
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Numbers in (0, 1), never 0: the logarithm follows. Each SHA-256 block gives 8 of them. */
function uniformNumbers(seed: string, count: number): number[] {
  const numbers: number[] = [];
  for (let block = 0; numbers.length < count; block++) {
    const digest = createHash('sha256').update(`${block}:${seed}`).digest();
    for (let at = 0; at < digest.length && numbers.length < count; at += UINT32_BYTES) {
      numbers.push((digest.readUInt32BE(at) + 0.5) / UINT32_RANGE);
    }
  }
  return numbers;
}
