/** How the demo looks on a terminal: one line a week, the three tiers as bars. Colors only where a terminal shows them. */
import { styleText } from 'node:util';
import type { Tiers, WeekTold } from './years.ts';

type Style = Parameters<typeof styleText>[0];

const COLORS: Record<keyof Tiers, Style> = { hot: 'red', warm: 'yellow', cold: 'cyan' };
const BAR_WIDTH = 14;
const NUMBER_WIDTH = 5;

const paint = (style: Style, text: string) => styleText(style, text, { stream: process.stdout });

function bar(tier: keyof Tiers, tiers: Tiers): string {
  const total = Math.max(1, tiers.hot + tiers.warm + tiers.cold);
  const filled = Math.round((tiers[tier] / total) * BAR_WIDTH);
  const drawn = paint(COLORS[tier], '█'.repeat(filled)) + '░'.repeat(BAR_WIDTH - filled);
  return `${tier} ${drawn}${String(tiers[tier]).padStart(NUMBER_WIDTH)}`;
}

const listed = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

export function weekLine({ week, date, tiers, moved, reasons, expired }: WeekTold): string {
  const bars = (['hot', 'warm', 'cold'] as const).map((tier) => bar(tier, tiers)).join('  ');
  const why = Object.keys(reasons).length > 0 ? paint('dim', ` (by ${Object.keys(reasons).join(', ')})`) : '';
  const changes = [listed(moved) + why, expired > 0 ? `${expired} expired` : ''].filter(Boolean).join(', ');
  return `${String(week).padStart(3)}  ${date}  ${bars}  ${changes}`;
}

export const actLine = (title: string, seen: string) => `${paint('green', '✓')} ${title}: ${seen}`;
export const heading = (text: string) => `\n${paint('bold', text)}`;
