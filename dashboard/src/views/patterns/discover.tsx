/** Looks for patterns now, as strictly as asked. */
import { useState } from 'preact/hooks';
import { discover } from '../../api/patterns.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { plural } from '../../components/format.ts';
import { toast, toastError } from '../../state/toasts.ts';

const SIZES = { min: 2, max: 50, usual: 3 };
const SIMILARITIES = { min: 0.4, max: 0.95, usual: 0.7, step: 0.05 };

export function Discover({ onDone }: { onDone: () => void }) {
  const [size, setSize] = useState(String(SIZES.usual));
  const [similarity, setSimilarity] = useState(SIMILARITIES.usual);
  const [busy, setBusy] = useState(false);
  const run = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { patterns } = await discover({ min_cluster_size: Number(size), min_similarity: similarity });
      const none = 'No patterns: lower the similarity, or store more memories.';
      toast(patterns.length === 0 ? none : `Found ${plural(patterns.length, 'pattern')}.`);
      onDone();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="discover" onSubmit={run}>
      <Field label="Smallest size">
        <input
          class="input num"
          type="number"
          required
          min={SIZES.min}
          max={SIZES.max}
          value={size}
          onInput={(event) => setSize(event.currentTarget.value)}
        />
      </Field>
      <Field label={`Similarity: ${similarity.toFixed(2)}`}>
        <input
          type="range"
          class="range"
          min={SIMILARITIES.min}
          max={SIMILARITIES.max}
          step={SIMILARITIES.step}
          value={similarity}
          onInput={(event) => setSimilarity(event.currentTarget.valueAsNumber)}
        />
      </Field>
      <Button type="submit" kind="primary" busy={busy}>
        Discover now
      </Button>
    </form>
  );
}
