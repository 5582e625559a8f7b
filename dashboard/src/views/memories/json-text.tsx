/** Indented JSON with its keys, texts and other values told apart. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

type Piece = [look: string, text: string];

function pieces(json: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of json.matchAll(TOKENS)) {
    const [whole, text, colon] = match;
    if (match.index > end) found.push(['', json.slice(end, match.index)]);
    if (text === undefined) found.push(['value', whole]);
    else if (colon === undefined) found.push(['text', text]);
    else found.push(['key', text], ['', colon]);
    end = match.index + whole.length;
  }
  if (end < json.length) found.push(['', json.slice(end)]);
  return found;
}

export function JsonText({ value }: { value: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <pre class="json" tabIndex={0}>
      {pieces(JSON.stringify(value, null, 2) ?? '').map(([look, text], n) =>
        look === '' ? (
          text
        ) : (
          <span key={n} class={look}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}
