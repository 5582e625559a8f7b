/** The content: its leading sentence as text, all else as indented JSON. */
import { useState } from 'preact/hooks';
import type { Memory } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { bytes } from '../../components/format.ts';
import { toast, toastError } from '../../state/toasts.ts';
import { leadOf, restOf } from './content.ts';
import { JsonText } from './json-text.tsx';

export function ContentCard({ memory: { content } }: { memory: Memory }) {
  const [isRaw, setRaw] = useState(false);
  const json = JSON.stringify(content, null, 2);
  const lead = leadOf(content);
  const rest = restOf(content);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(json);
      toast('Copied as JSON.');
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <section class="card content-card" aria-label="Content">
      <header>
        <h2>Content</h2>
        <span class="content-tools">
          <span class="note num">{bytes(new TextEncoder().encode(JSON.stringify(content)).length)}</span>
          <Button small kind="quiet" pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            JSON
          </Button>
          <Button small kind="quiet" onClick={() => void copy()}>
            Copy
          </Button>
        </span>
      </header>
      {isRaw || lead === undefined ? (
        <JsonText value={content} />
      ) : (
        <>
          <p class="lead">{lead[1]}</p>
          {rest !== undefined && <JsonText value={rest} />}
        </>
      )}
    </section>
  );
}
