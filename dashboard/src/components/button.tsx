/** A button: one look for each weight of action. `busy` keeps its width and says so to a screen reader. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  children?: ComponentChildren;
  /** `primary` once a view, `danger` where something may be lost, `quiet` beside content. */
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: IconName;
  /** What it does, where only the icon shows. */
  label?: string;
  small?: boolean;
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  onClick?: () => void;
}

export function Button({ children, kind = 'plain', icon, label, small, type = 'button', busy, ...rest }: ButtonProps) {
  const { disabled = false, pressed, onClick } = rest;
  const classes = ['button', kind, small && 'small', label !== undefined && 'icon-only'].filter(Boolean).join(' ');
  return (
    <button
      type={type}
      class={classes}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
