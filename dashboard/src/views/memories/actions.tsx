/** What its agent may do to a memory. What takes it out of reach is asked about first; what was skipped says why. */
import { useState } from 'preact/hooks';
import { type Action, control } from '../../api/memories.ts';
import type { Memory } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { navigate } from '../../state/route.ts';
import { toast, toastError } from '../../state/toasts.ts';
import { filtersHref, listed } from './browse.tsx';

const DONE: Record<Action, string> = {
  pin: 'Pinned: it stays hot.',
  unpin: 'Unpinned: age and pressure may move it again.',
  promote: 'Promoted one tier up.',
  demote: 'Demoted one tier down.',
  archive: 'Archived in the cold tier.',
  forget: 'Forgotten.',
};

const SKIPPED: Record<string, string> = {
  unchanged: 'it is already so',
  pinned: 'it is pinned; unpin it first',
  capacity: 'the hot tier holds as many pins as it may; unpin another first',
  not_found: 'it is gone, or this key may not read it',
  not_owner: 'it belongs to another agent',
};

/** Thrown into the dialog, which stays open and tells it. */
class SkippedError extends Error {
  override readonly name = 'SkippedError';
}

async function act({ id, agent_id: agent }: Memory, action: Action): Promise<void> {
  const { skipped = [] } = await control(agent, action, [id]);
  const [first] = skipped;
  if (first) throw new SkippedError(`Nothing was done: ${SKIPPED[first.reason] ?? first.reason}.`);
}

interface ActionsProps {
  memory: Memory;
  onDone: () => void;
  /** The memory is about to be forgotten; false: it was not. */
  onEnding: (isEnding: boolean) => void;
}

export function Actions({ memory, onDone, onEnding }: ActionsProps) {
  const [asking, setAsking] = useState<'archive' | 'forget' | undefined>(undefined);
  const [busy, setBusy] = useState<Action | undefined>(undefined);
  const { tier, pinned } = memory;
  const run = async (action: Action) => {
    setBusy(action);
    try {
      await act(memory, action);
      toast(DONE[action]);
    } catch (error) {
      if (error instanceof SkippedError) toast(error.message, 'failed');
      else toastError(error);
    } finally {
      setBusy(undefined);
      onDone();
    }
  };
  const pinning = pinned ? 'unpin' : 'pin';
  return (
    <div class="actions-bar">
      <Button icon="pin" pressed={pinned} busy={busy === pinning} onClick={() => void run(pinning)}>
        {pinned ? 'Pinned' : 'Pin'}
      </Button>
      <Button icon="up" disabled={tier === 'hot'} busy={busy === 'promote'} onClick={() => void run('promote')}>
        Promote
      </Button>
      <Button icon="down" disabled={tier === 'cold'} busy={busy === 'demote'} onClick={() => void run('demote')}>
        Demote
      </Button>
      <Button icon="archive" disabled={tier === 'cold'} onClick={() => setAsking('archive')}>
        Archive
      </Button>
      <Button icon="forget" kind="danger" onClick={() => setAsking('forget')}>
        Forget
      </Button>
      {asking === 'archive' && (
        <ConfirmDialog
          title="Archive this memory?"
          action="Archive"
          onConfirm={async () => {
            await act(memory, 'archive');
            toast(DONE.archive);
            onDone();
          }}
          onClose={() => setAsking(undefined)}
        >
          It moves to the cold tier and stays there until it is promoted. It can still be found and read, more slowly.
        </ConfirmDialog>
      )}
      {asking === 'forget' && (
        <ConfirmDialog
          title="Forget this memory?"
          action="Forget"
          danger
          onConfirm={async () => {
            onEnding(true);
            try {
              await act(memory, 'forget');
            } catch (error) {
              onEnding(false);
              throw error;
            }
            toast(DONE.forget);
            navigate(filtersHref(listed.filters));
          }}
          onClose={() => setAsking(undefined)}
        >
          It is deleted from every tier and from the index, and cannot be brought back. Its history keeps that it was
          there, not what it said.
        </ConfirmDialog>
      )}
    </div>
  );
}
