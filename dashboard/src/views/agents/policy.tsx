/** The standing policy of an agent: what it says, trying out another one, setting and clearing it. */
import { useState } from 'preact/hooks';
import { clearPolicy, getPolicy, leastOf, setRetention } from '../../api/agents.ts';
import type { Policy } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { dateTime, plural } from '../../components/format.ts';
import { InlineError, Skeleton } from '../../components/states.tsx';
import { useResource } from '../../state/resource.ts';
import { toast } from '../../state/toasts.ts';
import { criteriaOf, EMPTY_FORM, formOf, inWords, type PolicyForm, queriesOf } from './criteria.ts';
import { PolicyFields } from './policy-form.tsx';
import { type Simulated, Simulation } from './simulation.tsx';

type Asking = 'set' | 'clear' | undefined;

export function PolicyCard({ agent, onChanged }: { agent: string; onChanged: () => void }) {
  const policy = useResource((signal) => getPolicy(agent, signal), [agent]);
  const [edited, setEdited] = useState<PolicyForm | undefined>(undefined);
  const [simulated, setSimulated] = useState<Simulated | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<Asking>(undefined);
  const standing = policy.data.value;
  const form = edited ?? (standing ? formOf(standing) : EMPTY_FORM);

  const change = (next: PolicyForm) => {
    setEdited(next);
    setSimulated(undefined);
  };
  const simulate = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const queries = queriesOf(form, agent);
      const params = { criteria: criteriaOf(form), on_fail: form.onFail, simulate: true, queries };
      const [answer, least] = await Promise.all([setRetention(agent, params), leastOf(agent)]);
      setSimulated({ answer, known: new Map(least.map((memory) => [memory.id, memory])) });
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const changed = (text: string) => {
    toast(text);
    setEdited(undefined);
    setSimulated(undefined);
    void policy.load();
    onChanged();
  };
  const set = async (released: number) => {
    const confirm = form.onFail === 'forget' ? { confirm_count: released } : {};
    await setRetention(agent, { criteria: criteriaOf(form), on_fail: form.onFail, ...confirm }, crypto.randomUUID());
    changed(`The policy of ${agent} stands.`);
  };
  const clear = async () => {
    await clearPolicy(agent);
    changed(`${agent} has no standing policy any more.`);
  };
  const released = simulated?.answer.released_count ?? 0;
  return (
    <section class="card">
      <header>
        <h2>Standing policy</h2>
        {standing && (
          <Button small kind="quiet" onClick={() => setAsking('clear')}>
            Clear it
          </Button>
        )}
      </header>
      {policy.error.value !== undefined && (
        <InlineError
          error={policy.error.value}
          what="The policy could not be read"
          onRetry={() => void policy.load()}
        />
      )}
      <Standing policy={standing} />
      <PolicyFields form={form} busy={busy} onChange={change} onSimulate={() => void simulate()} />
      {error !== undefined && <InlineError error={error} what="This could not be simulated" />}
      {simulated && <Simulation simulated={simulated} onFail={form.onFail} onApply={() => setAsking('set')} />}
      {asking === 'set' && (
        <ConfirmDialog
          title={`Set this policy for ${agent}?`}
          action={form.onFail === 'forget' ? `Forget ${plural(released, 'memory', 'memories')}` : 'Set the policy'}
          danger={form.onFail === 'forget'}
          {...(form.onFail === 'forget' && { typed: String(released) })}
          onConfirm={() => set(released)}
          onClose={() => setAsking(undefined)}
        >
          It applies now and again with every sweep. {plural(released, 'memory', 'memories')} of this agent{' '}
          {form.onFail === 'forget' ? 'will be deleted for good.' : `will be ${form.onFail}d.`}
        </ConfirmDialog>
      )}
      {asking === 'clear' && (
        <ConfirmDialog
          title={`Clear the policy of ${agent}?`}
          action="Clear the policy"
          onConfirm={clear}
          onClose={() => setAsking(undefined)}
        >
          What it has moved stays where it is; nothing is moved by it any more.
        </ConfirmDialog>
      )}
    </section>
  );
}

function Standing({ policy }: { policy: Policy | null | undefined }) {
  if (policy === undefined) return <Skeleton width="28ch" />;
  if (policy === null) return <p class="standing muted">None stands. Name criteria, and see what they would do.</p>;
  return (
    <p class="standing">
      Keeps what has {inWords(policy)}. <span class="muted">Since {dateTime(policy.set_at)}.</span>
    </p>
  );
}
