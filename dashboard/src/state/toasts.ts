/** Short messages that come and go, and are read out. */
import { signal } from '@preact/signals';
import { describeError } from '../api/problem.ts';

export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

const SHOWN_MS = { done: 5_000, failed: 10_000 };
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.slice(-3), { id, kind, text }];
  setTimeout(() => dismiss(id), SHOWN_MS[kind]);
}

/** Tells a failure with what to do about it. */
export function toastError(error: unknown): void {
  const { title, todo } = describeError(error);
  toast(`${title} ${todo}`, 'failed');
}
