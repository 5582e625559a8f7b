/** The state of the live connection in words, with what was recovered after a cut. */
import { feedState } from '../state/feed.ts';

const WORDS = {
  connecting: ['busy', 'Connecting'],
  live: ['live', 'Live'],
  recovering: ['busy', 'Recovering'],
  waiting: ['bad', 'Cut off'],
  refused: ['bad', 'Refused'],
  closed: ['', 'Not connected'],
} as const;

export function Connection() {
  const { state, detail } = feedState.value;
  const [look, words] = WORDS[state];
  return (
    <div class="connection" role="status" aria-label="Live connection" title={detail}>
      <span class={`pulse ${look}`} aria-hidden="true" />
      <span>
        {words}
        <span class="detail">{detail}</span>
      </span>
    </div>
  );
}
