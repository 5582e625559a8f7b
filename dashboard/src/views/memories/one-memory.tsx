/** One memory: what it says, why it is where it is, what happened to it. Read again when an event of it arrives. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { getHistory, getMemory, getRelated, getRetention } from '../../api/memories.ts';
import { ApiError } from '../../api/problem.ts';
import type { Memory } from '../../api/types.ts';
import { Icon } from '../../components/icon.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { TierTag } from '../../components/tier.tsx';
import { onBatch, resyncs } from '../../state/feed.ts';
import { paced } from '../../state/paced.ts';
import { type Resource, useResource } from '../../state/resource.ts';
import './one-memory.css';
import { Actions } from './actions.tsx';
import { filtersHref, listed } from './browse.tsx';
import { lineOf, shortened } from './content.ts';
import { ContentCard } from './content-card.tsx';
import { Facts } from './facts.tsx';
import { Related } from './related.tsx';
import { Standing } from './standing.tsx';
import { Timeline } from './timeline.tsx';

const TITLE_CHARACTERS = 64;
/** Several events of one change are one reading; a memory that is read all the time is not read as often here. */
const PACE = { gatherMs: 200, restMs: 1_000 };

export function OneMemory({ id }: { id: string }) {
  const memory = useResource((signal) => getMemory(id, signal), [id]);
  const history = useResource((signal) => getHistory(id, signal), [id]);
  const retention = useResource((signal) => getRetention(id, signal), [id]);
  const related = useResource((signal) => getRelated(id, signal), [id]);
  const [hasEnded, setEnded] = useState(false);
  const read = async () => {
    await Promise.all([memory.load(), history.load(), retention.load()]);
  };
  /** While it is being forgotten nothing of it is read: the answer would be that it is gone. */
  const isEnding = useRef(false);
  const onEnding = (is: boolean) => {
    isEnding.current = is;
    if (is) for (const part of [memory, retention, related]) part.abort();
    else void read();
  };
  useEvents(id, async (isEnd) => {
    if (isEnding.current) return;
    if (isEnd) setEnded(true);
    await (isEnd || hasEnded ? history.load() : read());
  });
  const isGone = hasEnded || (memory.error.value instanceof ApiError && memory.error.value.code === 'not_found');
  return (
    <article class="one" aria-busy={memory.loading.value}>
      <a class="back" href={filtersHref(listed.filters)}>
        <Icon name="left" />
        All memories
      </a>
      <Head id={id} memory={memory} isGone={isGone} onDone={() => void read()} onEnding={onEnding} />
      <div class="one-columns">
        <div class="one-main">
          {!isGone && memory.data.value && <ContentCard memory={memory.data.value} />}
          {!memory.data.value && !isGone && memory.error.value === undefined && <ContentWaiting />}
          <Timeline history={history} />
          {!isGone && <Related related={related} />}
        </div>
        {!isGone && (
          <div class="one-side">
            <Standing memory={memory.data.value} retention={retention} history={history.data.value} />
            <Facts memory={memory.data.value} />
          </div>
        )}
      </div>
    </article>
  );
}

const ENDS = ['memory.deleted', 'memory.expired', 'memory.erased'];

/** Tells of events of this memory, at a pace, and of a feed that has lost its place. */
function useEvents(id: string, tell: (isEnd: boolean) => Promise<void>): void {
  const latest = useRef(tell);
  latest.current = tell;
  const { value: resynced } = resyncs;
  useEffect(() => {
    if (resynced > 0) void latest.current(false);
  }, [resynced]);
  useEffect(() => {
    let isEnd = false;
    const { nudge, stop } = paced(() => latest.current(isEnd), PACE);
    const stopListening = onBatch(({ events, ephemeral }) => {
      const ofIt = [...events, ...ephemeral].filter((event) => event.memory_id === id);
      isEnd ||= ofIt.some(({ type }) => ENDS.includes(type));
      if (ofIt.length > 0) nudge();
    });
    return () => {
      stopListening();
      stop();
    };
  }, [id]);
}

interface HeadProps {
  id: string;
  memory: Resource<Memory>;
  isGone: boolean;
  onDone: () => void;
  onEnding: (isEnding: boolean) => void;
}

function Head({ id, memory, isGone, onDone, onEnding }: HeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever followed a link by keyboard goes on reading here.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const shown = isGone ? undefined : memory.data.value;
  const failed = !isGone && !shown && memory.error.value !== undefined;
  return (
    <header class="one-head">
      <div class="one-title">
        <h1 ref={heading} tabIndex={-1}>
          {shown ? shortened(lineOf(shown.content), TITLE_CHARACTERS) : isGone ? 'This memory is gone' : 'Memory'}
        </h1>
        <p class="row-about">
          {shown && (
            <>
              <TierTag tier={shown.tier} />
              <span>{shown.type}</span>
              <span class="row-who">
                {shown.agent_id}
                {shown.user_id !== null && ` for ${shown.user_id}`}
              </span>
              {shown.pinned && (
                <span class="row-pin">
                  <Icon name="pin" />
                  pinned
                </span>
              )}
            </>
          )}
          {isGone && (
            <span>It was deleted, has expired, or this key may not read it. What the log still tells is below.</span>
          )}
          {!shown && !isGone && !failed && <Skeleton width="14rem" />}
        </p>
      </div>
      {shown && <Actions memory={shown} onDone={onDone} onEnding={onEnding} />}
      {failed && (
        <div class="card one-failed">
          <ErrorState error={memory.error.value} what={`${id} could not be read`} onRetry={() => void memory.load()} />
        </div>
      )}
    </header>
  );
}

function ContentWaiting() {
  return (
    <section class="card" aria-hidden="true">
      <header>
        <Skeleton width="6rem" height="1.25rem" />
      </header>
      <Skeleton width="90%" />
      <Skeleton width="60%" />
    </section>
  );
}
