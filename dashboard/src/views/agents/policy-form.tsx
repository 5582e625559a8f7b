/** A policy to try out: criteria, what happens to those that fail them, and searches to rehearse. */
import type { OnFail } from '../../api/agents.ts';
import { Button } from '../../components/button.tsx';
import { Field, SelectField, TextField } from '../../components/field.tsx';
import { CRITERIA, countOf, faultsOf, ON_FAIL, type PolicyForm } from './criteria.ts';

interface PolicyFieldsProps {
  form: PolicyForm;
  busy: boolean;
  onChange: (form: PolicyForm) => void;
  onSimulate: () => void;
}

export function PolicyFields({ form, busy, onChange, onSimulate }: PolicyFieldsProps) {
  const faults = faultsOf(form);
  const set = (name: keyof PolicyForm) => (value: string) => onChange({ ...form, [name]: value });
  const submit = (event: Event) => {
    event.preventDefault();
    onSimulate();
  };
  return (
    <form class="policy-form" onSubmit={submit} noValidate>
      <div class="criteria">
        {CRITERIA.map(({ name, label, hint, min, max, step }) => (
          <TextField
            key={name}
            type="number"
            label={label}
            placeholder={hint}
            min={min}
            max={max}
            step={step}
            value={form[name]}
            fault={faults[name]}
            onInput={set(name)}
          />
        ))}
        <TextField
          type="number"
          label="Criteria to satisfy"
          placeholder={`${Math.min(2, Math.max(1, countOf(form)))}, if left out`}
          min={1}
          max={CRITERIA.length}
          value={form.threshold}
          fault={faults.threshold}
          onInput={set('threshold')}
        />
        <SelectField<OnFail>
          label="The rest"
          value={form.onFail}
          options={ON_FAIL}
          onChange={(onFail) => onChange({ ...form, onFail })}
        />
      </div>
      <Field
        label="Searches to rehearse"
        hint="One a line. The simulation says which of them would find something else."
      >
        <textarea
          class="input"
          rows={3}
          value={form.queries}
          onInput={(event: InputEvent & { currentTarget: HTMLTextAreaElement }) =>
            set('queries')(event.currentTarget.value)
          }
        />
      </Field>
      <div>
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          disabled={countOf(form) === 0 || Object.keys(faults).length > 0}
        >
          {busy ? 'Simulating' : 'Simulate'}
        </Button>
      </div>
    </form>
  );
}
