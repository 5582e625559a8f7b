/** What the shapes mean. */
import { TIERS } from '../../api/types.ts';

export function Legend() {
  return (
    <ul class="map-legend" aria-label="Shapes">
      {TIERS.map((tier) => (
        <li key={tier}>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            {tier === 'hot' && <circle cx="6" cy="6" r="4" fill="currentColor" />}
            {tier === 'warm' && <path d="M6 1.200 10.800 6 6 10.800 1.200 6z" fill="currentColor" />}
            {tier === 'cold' && (
              <circle cx="6" cy="6" r="3.500" fill="none" stroke="currentColor" stroke-width="1.600" />
            )}
          </svg>
          {tier}
        </li>
      ))}
    </ul>
  );
}
