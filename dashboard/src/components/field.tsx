/** Fields with their label, a hint, and the fault that was found in them. */
import { type ComponentChildren, cloneElement, type VNode } from 'preact';
import { useId } from 'preact/hooks';

interface Around {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
}

/** Ties a label, a hint and a fault to the one control inside. */
export function Field({ label, hint, fault, children }: Around & { children: VNode<Record<string, unknown>> }) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      {cloneElement(children, { id, 'aria-invalid': Boolean(fault), 'aria-describedby': described || undefined })}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {fault && (
        <span class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}

interface TextProps extends Around {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'number';
  placeholder?: string;
  min?: number;
  max?: number;
  step?: number;
  autoComplete?: string;
  required?: boolean;
}

export function TextField({ label, hint, fault, onInput, type = 'text', ...input }: TextProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      <input
        class="input"
        // Preact has a type of its own for each kind of input; one that is chosen at run time fits none of them.
        type={type as 'text'}
        spellcheck={false}
        {...input}
        onInput={(event: InputEvent & { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

interface SelectProps<T extends string> extends Around {
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}

export function SelectField<T extends string>({ label, hint, fault, value, options, onChange }: SelectProps<T>) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      <select
        class="input"
        value={value}
        onChange={(event: Event & { currentTarget: HTMLSelectElement }) => onChange(event.currentTarget.value as T)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}

export interface ChipsProps<T extends string> {
  /** Names the group to a screen reader. */
  label: string;
  options: readonly T[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
  show?: (option: T) => ComponentChildren;
}

/** Any number of choices; none chosen means all. */
export function Chips<T extends string>({
  label,
  options,
  chosen,
  onChange,
  show = (option) => option,
}: ChipsProps<T>) {
  return (
    <fieldset class="chips-group">
      <legend class="sr-only">{label}</legend>
      <div class="chips">
        {options.map((option) => {
          const on = chosen.includes(option);
          const next = on ? chosen.filter((other) => other !== option) : [...chosen, option];
          return (
            <button key={option} type="button" class="chip" aria-pressed={on} onClick={() => onChange([...next])}>
              {show(option)}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}
