/** Where the API and the socket are, read at run time: the same build serves every stage. */
import { signal } from '@preact/signals';

export interface Config {
  /** Base URL of the HTTP API; empty where it is the page's own. */
  api: string;
  socket: string;
  /** Runs on this machine: its clock can be moved. */
  local: boolean;
}

type Configured =
  | { status: 'loading' | 'ready'; config: Config; error?: undefined }
  | { status: 'failed'; config: Config; error: unknown };

const NONE: Config = { api: '', socket: '', local: false };

export const configured = signal<Configured>({ status: 'loading', config: NONE });
export const config = () => configured.value.config;

export async function loadConfig(): Promise<void> {
  try {
    const answer = await fetch('/config.json', { cache: 'no-cache' });
    if (!answer.ok) throw new Error(`/config.json answered ${answer.status}.`);
    const { api, socket, local } = (await answer.json()) as Partial<Config>;
    if (typeof api !== 'string' || typeof socket !== 'string') throw new Error('/config.json names no API and socket.');
    configured.value = { status: 'ready', config: { api, socket, local: local === true } };
  } catch (error) {
    configured.value = { status: 'failed', config: NONE, error };
  }
}
