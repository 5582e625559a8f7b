/** The three tiers as vessels: what they hold as grains, and memories on their way between them. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type FeedEvent, type Stats, TIERS, type Tier } from '../../api/types.ts';
import { bytes, count, percent } from '../../components/format.ts';
import { Skeleton } from '../../components/states.tsx';
import { stats, tierCounts, useLiveStats } from '../../state/stats.ts';
import { isTier, type Move } from '../../state/tally.ts';
import { shownTheme } from '../../state/theme.ts';
import type { Box } from './grains.ts';
import { type Look, Scene } from './scene.ts';

const KEPT_IN: Record<Tier, string> = { hot: 'Redis', warm: 'PostgreSQL', cold: 'Chroma' };

function lookNow(): Look {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    colors: { hot: color('--hot'), warm: color('--warm'), cold: color('--cold') },
    line: color('--line-strong'),
  };
}

function boxesIn(panel: HTMLElement): Record<Tier, Box> {
  const { left, top } = panel.getBoundingClientRect();
  const boxOf = (tier: Tier): Box => {
    const box = panel.querySelector(`[data-vessel=${tier}]`)?.getBoundingClientRect();
    return box
      ? { x: box.left - left, y: box.top - top, width: box.width, height: box.height }
      : { x: 0, y: 0, width: 0, height: 0 };
  };
  return { hot: boxOf('hot'), warm: boxOf('warm'), cold: boxOf('cold') };
}

/** Which tiers answered reads: each retrieval names its own. */
const readIn = (ephemeral: readonly FeedEvent[]): Tier[] =>
  ephemeral
    .filter(({ type }) => type === 'memory.retrieved')
    .map(({ tier, data }) => data.tier ?? tier)
    .filter(isTier);

export function Vessels() {
  const panel = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene>(undefined);
  const [each, setEach] = useState(1);
  const counts = tierCounts.value;
  const capacity = stats.data.value?.hot?.capacity;
  const theme = shownTheme.value;

  useLayoutEffect(() => {
    if (!panel.current || !canvas.current) return;
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const made = new Scene(canvas.current, lookNow(), isStill);
    scene.current = made;
    const around = panel.current;
    const watch = new ResizeObserver(() => made.resize(boxesIn(around), around.clientWidth, around.clientHeight));
    watch.observe(around);
    return () => {
      watch.disconnect();
      made.stop();
    };
  }, []);
  useEffect(() => scene.current?.paint(lookNow()), [theme]);
  useEffect(() => {
    scene.current?.fill(counts, capacity);
    setEach(scene.current?.each ?? 1);
  }, [counts, capacity]);
  const [onMoves] = useState(() => (moves: readonly Move[], ephemeral: readonly FeedEvent[]) => {
    scene.current?.move(moves);
    scene.current?.glint(readIn(ephemeral));
  });
  useLiveStats(onMoves);

  return (
    <section class="card vessels" aria-label="The three tiers">
      <div class="vessel-row" ref={panel}>
        {TIERS.map((tier) => (
          <Vessel key={tier} tier={tier} memories={counts[tier]} figures={stats.data.value} />
        ))}
        <canvas ref={canvas} />
      </div>
      <p class="vessel-key muted small">
        <span class="grain" aria-hidden="true" /> {each === 1 ? 'is one memory' : `stands for ${each} memories`}
        <Flow figures={stats.data.value} />
      </p>
    </section>
  );
}

function Vessel({ tier, memories, figures }: { tier: Tier; memories: number; figures: Stats | undefined }) {
  return (
    <div class={`vessel tier-${tier}`}>
      <div class="vessel-head">
        <h2>
          <span class={`tier tier-${tier}`}>{tier}</span>
        </h2>
        <p class="figure num">{figures ? count(memories) : <Skeleton width="4ch" height="0.8em" />}</p>
        <p class="small muted num">{figures ? about(tier, memories, figures) : <Skeleton width="14ch" />}</p>
      </div>
      <div class="glass" data-vessel={tier} />
    </div>
  );
}

/** How full, and how large. */
function about(tier: Tier, memories: number, { hot, warm, cold }: Stats): string {
  const kept = KEPT_IN[tier];
  if (tier === 'hot') {
    if (!hot) return `${kept} does not answer`;
    return `${percent(memories / hot.capacity)} of ${count(hot.capacity)} · ${kept}`;
  }
  const size = (tier === 'warm' ? warm : cold)?.bytes;
  return size === undefined ? `${kept} does not answer` : `${bytes(size)} · ${kept}`;
}

function Flow({ figures }: { figures: Stats | undefined }) {
  const { hot_to_warm: cooled = 0, warm_to_cold: archived = 0, promoted = 0, expired = 0 } = figures?.flow ?? {};
  return (
    <span class="flow num">
      <span>24 h:</span>
      <span>
        <b>{count(cooled)}</b> hot to warm
      </span>
      <span>
        <b>{count(archived)}</b> warm to cold
      </span>
      <span>
        <b>{count(promoted)}</b> promoted
      </span>
      <span>
        <b>{count(expired)}</b> expired
      </span>
    </span>
  );
}
