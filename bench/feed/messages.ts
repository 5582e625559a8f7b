/** What the processes of this measurement tell each other. */
import type { Percentiles } from '../measure.ts';

export interface ListenJob {
  url: string;
  /** Undefined for the floor, which asks for nothing. */
  apiKey: string | undefined;
  connections: number;
}

/** What all connections together have received since the counting began. */
export interface Received {
  ms: Percentiles;
  frames: number;
  bytes: number;
  /** Events that the connection with the fewest and the one with the most got. */
  least: number;
  most: number;
}

export interface BroadcastJob {
  bytesPerFrame: number;
  framesPerSecond: number;
  seconds: number;
}
