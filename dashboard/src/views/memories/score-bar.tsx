/** A score as a bar of its parts: the full width is 1. The numbers are in its title and read out. */
import './score.css';
import { LEGEND, type ScorePart, scoreText, scoreWords } from './score.ts';

export function ScoreBar({ score, parts }: { score: number; parts: readonly ScorePart[] }) {
  const words = scoreWords(score, parts);
  const rest = Math.max(0, 1 - parts.reduce((sum, { value }) => sum + value, 0));
  return (
    <div class="score" title={words}>
      <span class="num score-value" aria-hidden="true">
        {scoreText(score)}
      </span>
      <span class="score-bar" role="img" aria-label={words}>
        {parts.map(({ name, color, value }) => (
          <span key={name} style={{ flexGrow: value, background: color }} />
        ))}
        <span class="rest" style={{ flexGrow: rest }} />
      </span>
    </div>
  );
}

export function ScoreLegend() {
  return (
    <ul class="score-legend" aria-label="Parts of a score">
      {LEGEND.map(({ name, label, about, color }) => (
        <li key={name} title={about}>
          <span class="swatch" style={{ background: color }} aria-hidden="true" />
          {label}
          <span class="sr-only">: {about}</span>
        </li>
      ))}
    </ul>
  );
}
