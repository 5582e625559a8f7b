/** Work that many events ask for, done at a pace: soon after the first, never twice at once, and with a rest in between. */
export interface Paced {
  /** Asks for the work; asking again before it has begun changes nothing. */
  nudge(): void;
  stop(): void;
}

export interface Pace {
  /** What arrives within it is done together. */
  gatherMs: number;
  /** From the end of one run to the beginning of the next. */
  restMs: number;
}

/** `work` tells its failures itself. */
export function paced(work: () => Promise<void>, { gatherMs, restMs }: Pace): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isAsked = false;
  let isStopped = false;
  const begin = (inMs: number) => {
    timer = setTimeout(async () => {
      timer = undefined;
      isBusy = true;
      isAsked = false;
      await work();
      isBusy = false;
      if (isAsked && !isStopped) begin(restMs);
    }, inMs);
  };
  return {
    nudge() {
      isAsked = true;
      if (!isBusy && timer === undefined && !isStopped) begin(gatherMs);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
