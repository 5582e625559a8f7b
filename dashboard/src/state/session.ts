/** The API key: entered once, kept for this tab alone, never in a URL. */
import { signal } from '@preact/signals';

const STORED_AS = 'auren.key';

export const apiKey = signal<string | null>(sessionStorage.getItem(STORED_AS));
/** Why the key is asked for again; shown above the field. */
export const signedOutBecause = signal<string | null>(null);

export function signIn(key: string): void {
  sessionStorage.setItem(STORED_AS, key);
  signedOutBecause.value = null;
  apiKey.value = key;
}

export function signOut(because: string | null = null): void {
  sessionStorage.removeItem(STORED_AS);
  signedOutBecause.value = because;
  apiKey.value = null;
}
