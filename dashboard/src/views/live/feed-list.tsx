/**
 * The rows, windowed: only those in sight are in the page, each of one height, so that 2,000 cost as little as 20. New rows come on top;
 * who has scrolled down keeps reading the same rows, for the list shifts its scroll by what came.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FeedEvent } from '../../api/types.ts';
import { dateTime, timeOfDay } from '../../components/format.ts';
import { TierTag } from '../../components/tier.tsx';
import { href, memoryHref } from '../../state/route.ts';
import { describe, markOf } from './describe.ts';

const NARROW = window.matchMedia('(max-width: 640px)');
const rowHeight = () => (NARROW.matches ? 64 : 44);
/** Rows beyond the edges, so that scrolling shows no gap. */
const MARGIN_ROWS = 8;

interface FeedListProps {
  rows: readonly FeedEvent[];
  onNearEnd: () => void;
}

export function FeedList({ rows, onNearEnd }: FeedListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const first = useRef<string | undefined>(undefined);
  const height = rowHeight();

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const came = first.current === undefined ? 0 : rows.findIndex(({ id }) => id === first.current);
    first.current = rows[0]?.id;
    if (came > 0 && element.scrollTop > height) element.scrollTop += came * height;
    setView({ top: element.scrollTop, height: element.clientHeight });
  }, [rows, height]);

  const onScroll = (event: Event & { currentTarget: HTMLDivElement }) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    setView({ top: scrollTop, height: clientHeight });
    if (scrollTop + clientHeight > scrollHeight - 4 * clientHeight) onNearEnd();
  };
  const from = Math.max(0, Math.floor(view.top / height) - MARGIN_ROWS);
  const to = Math.min(rows.length, Math.ceil((view.top + view.height) / height) + MARGIN_ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div class="feed-list" ref={box} onScroll={onScroll} tabIndex={0} role="feed" aria-label="Events, the newest first">
      <div class="feed-space" style={{ height: `${rows.length * height}px` }}>
        {rows.slice(from, to).map((event, at) => (
          <Row key={event.id} event={event} top={(from + at) * height} position={from + at + 1} size={rows.length} />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  event: FeedEvent;
  top: number;
  position: number;
  size: number;
}

function Row({ event, top, position, size }: RowProps) {
  const { who, what } = describe(event);
  return (
    <article
      class={`feed-row mark-${markOf(event)}`}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={position}
      aria-setsize={size}
      aria-label={`${who}${what}`}
    >
      <time class="num" dateTime={event.at} title={dateTime(event.at)}>
        {timeOfDay(event.at)}
      </time>
      <span class="dot" aria-hidden="true" />
      <p class="words">
        <a class="who" href={href('agents', event.agent_id === null ? [] : [event.agent_id])}>
          {who}
        </a>
        {what}
      </p>
      <span class="where">{event.tier && <TierTag tier={event.tier} />}</span>
      <span class="link">
        {event.memory_id && (
          <a href={memoryHref(event.memory_id)} class="mono small">
            <span class="sr-only">Memory </span>
            {event.memory_id.slice(-8)}
          </a>
        )}
      </span>
    </article>
  );
}
