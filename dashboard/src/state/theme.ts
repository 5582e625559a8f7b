/** Light, dark, or as the system says. The choice is kept; `data-theme` on the root selects the tokens. */
import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'auren.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

const stored = localStorage.getItem(STORED_AS);
export const theme = signal<Theme>(isTheme(stored) ? stored : 'system');
/** What is shown now: canvases redraw when it changes. */
export const shownTheme = signal<'light' | 'dark'>('light');

export function followTheme(): void {
  const show = () => {
    const choice = theme.value;
    shownTheme.value = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset.theme = shownTheme.value;
  };
  dark.addEventListener('change', show);
  effect(() => {
    localStorage.setItem(STORED_AS, theme.value);
    show();
  });
}
