/** A tier by name and color, and how memories are spread over the three. */
import { TIERS, type Tier, type TierCounts } from '../api/types.ts';
import { count } from './format.ts';

export function TierTag({ tier }: { tier: Tier }) {
  return <span class={`tier tier-${tier}`}>{tier}</span>;
}

export function TierBar({ counts }: { counts: TierCounts }) {
  const words = TIERS.map((tier) => `${count(counts[tier])} ${tier}`).join(', ');
  return (
    <span class="share-bar" role="img" aria-label={words} title={words}>
      {TIERS.map((tier) => (
        <span key={tier} class={`tier-${tier}`} style={{ flexGrow: counts[tier] }} />
      ))}
    </span>
  );
}
