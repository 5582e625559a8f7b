/** API Gateway's throttle: a token bucket of `burst` requests that fills at `ratePerSecond`. */

export interface ThrottleLimits {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** An AWS account's default for a region. */
export const DEFAULT_LIMITS: ThrottleLimits = { ratePerSecond: 10_000, burst: 5_000 };

export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #nowMs: () => number;
  #tokens: number;
  #filledAtMs: number;

  /** @param nowMs a clock that never goes back */
  constructor(limits: ThrottleLimits = DEFAULT_LIMITS, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#tokens = limits.burst;
    this.#filledAtMs = nowMs();
  }

  /** Whether one more request may pass; takes its token. */
  admits(): boolean {
    const { ratePerSecond, burst } = this.#limits;
    const nowMs = this.#nowMs();
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * ratePerSecond);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
