/** The key is asked for once. It is tried before it is kept; a refusal says why. */
import { useState } from 'preact/hooks';
import { getStats } from '../api/overview.ts';
import { ApiError, describeError } from '../api/problem.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { Mark } from '../components/icon.tsx';
import { config } from '../state/config.ts';
import { signedOutBecause, signIn } from '../state/session.ts';

const LOOKS_LIKE_A_KEY = /^auren_[a-z0-9]+_\S+$/;

function refusal(error: unknown): string {
  if (error instanceof ApiError && error.code === undefined && (error.status === 401 || error.status === 403)) {
    return 'The API does not accept this key: it is mistyped, revoked or expired, or it belongs to another stage.';
  }
  const { title, todo } = describeError(error);
  return `${title} ${todo}`;
}

export function KeyEntry() {
  const [entered, setEntered] = useState('');
  const [fault, setFault] = useState<string | undefined>(signedOutBecause.value ?? undefined);
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    const key = entered.trim();
    if (!LOOKS_LIKE_A_KEY.test(key)) {
      setFault('An API key begins with "auren_", a stage and another "_". Copy it whole.');
      return;
    }
    setBusy(true);
    try {
      await getStats(undefined, key);
      signIn(key);
    } catch (error) {
      setFault(refusal(error));
      setBusy(false);
    }
  };
  return (
    <main class="lone">
      <div class="key-card">
        <h1 class="brand">
          <Mark />
          <span>
            AUREN<small>Memory for agents, in three tiers</small>
          </span>
        </h1>
        <form onSubmit={submit}>
          <TextField
            label="API key"
            type="password"
            value={entered}
            onInput={setEntered}
            autoComplete="off"
            placeholder="auren_…"
            fault={fault}
            hint="Kept for this tab only, and sent in a header, never in an address."
          />
          <Button type="submit" kind="primary" busy={busy} disabled={entered.trim() === ''}>
            {busy ? 'Checking the key' : 'Open the dashboard'}
          </Button>
        </form>
        <p class="muted small">
          {config().local ? (
            <>
              The key of this machine stands in the output of <code>npm start</code> and in <code>.auren/dev-key</code>.
            </>
          ) : (
            <>
              Keys are made with <code>POST /v1/keys</code>; this page needs the scopes memories:read and events:read.
            </>
          )}
        </p>
      </div>
    </main>
  );
}
