/** One memory as a line of a list; the whole line leads to it. */
import { ago } from '../../components/format.ts';
import { Icon } from '../../components/icon.tsx';
import { TierTag } from '../../components/tier.tsx';
import { serviceNow } from '../../state/now.ts';
import { memoryHref } from '../../state/route.ts';
import { lineOf, shortened } from './content.ts';
import type { Row } from './found.ts';
import { Marked } from './marked.tsx';
import { ScoreBar } from './score-bar.tsx';

const LINE_CHARACTERS = 240;

export function MemoryRow({ row, query }: { row: Row; query: string }) {
  const { memory, score, parts = [], isGone } = row;
  return (
    <li class={`row${isGone ? ' gone' : ''}`}>
      <div class="row-main">
        <a class="row-link" href={memoryHref(memory.id)}>
          <Marked text={shortened(lineOf(memory.content), LINE_CHARACTERS)} query={query} />
        </a>
        <p class="row-about">
          {isGone ? <span class="tag bad">gone</span> : <TierTag tier={memory.tier} />}
          <span>{memory.type}</span>
          <span class="row-who">
            {memory.agent_id}
            {memory.user_id !== null && ` for ${memory.user_id}`}
          </span>
          <span>{ago(memory.created_at, serviceNow())}</span>
          {memory.pinned && (
            <span class="row-pin">
              <Icon name="pin" />
              pinned
            </span>
          )}
        </p>
      </div>
      {score === undefined ? <Worth memory={memory} /> : <ScoreBar score={score} parts={parts} />}
    </li>
  );
}

function Worth({ memory: { priority, confidence, access_count: uses } }: { memory: Row['memory'] }) {
  return (
    <dl class="row-worth num">
      <div>
        <dt>priority</dt>
        <dd>{Math.round(priority * 10) / 10}</dd>
      </div>
      <div>
        <dt>confidence</dt>
        <dd>{confidence.toFixed(2)}</dd>
      </div>
      <div>
        <dt>uses</dt>
        <dd>{uses}</dd>
      </div>
    </dl>
  );
}

/** Heads the figures of all rows, where there is room for columns; each row names its own to a screen reader. */
export function WorthHead() {
  return (
    <span class="worth-head" aria-hidden="true">
      <span>priority</span>
      <span>confidence</span>
      <span>uses</span>
    </span>
  );
}
