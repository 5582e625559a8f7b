/** A question before something that cannot be taken back. The browser's own dialog: focus stays inside, Escape closes it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { InlineError } from './states.tsx';

export interface ConfirmProps {
  title: string;
  /** What will happen. */
  children: ComponentChildren;
  /** The verb: "Forget 12 memories". */
  action: string;
  danger?: boolean;
  /** To be typed first, for what cannot be taken back. */
  typed?: string;
  /** Stays open and shows why where it fails. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

export function ConfirmDialog({ title, children, action, danger, typed, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [entered, setEntered] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => dialog.current?.showModal(), []);

  const confirm = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form method="dialog" onSubmit={confirm}>
        <h2 id={`${id}-title`}>{title}</h2>
        <div>{children}</div>
        {typed !== undefined && (
          <label class="field">
            <span class="label">
              Type <strong>{typed}</strong> to confirm
            </span>
            <input
              class="input"
              autocomplete="off"
              value={entered}
              onInput={(event) => setEntered(event.currentTarget.value)}
            />
          </label>
        )}
        {error !== undefined && <InlineError error={error} what="This did not happen" />}
        <div class="actions">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button
            type="submit"
            kind={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={typed !== undefined && entered.trim() !== typed}
          >
            {action}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
