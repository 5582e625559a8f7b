/** Something fetched over HTTP, with its state: what was there stays shown while it is fetched again. */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

export interface Resource<T> {
  readonly data: Signal<T | undefined>;
  readonly error: Signal<unknown>;
  readonly loading: Signal<boolean>;
  /** Fetches again; an answer that a later call has overtaken is dropped. */
  load(): Promise<void>;
  abort(): void;
}

export function createResource<T>(fetchIt: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const data = signal<T | undefined>(undefined);
  const error = signal<unknown>(undefined);
  const loading = signal(false);
  let running: AbortController | undefined;
  return {
    data,
    error,
    loading,
    async load() {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      loading.value = true;
      try {
        const fetched = await fetchIt(mine.signal);
        if (running !== mine) return;
        data.value = fetched;
        error.value = undefined;
      } catch (failure) {
        if (running === mine) error.value = failure;
      } finally {
        if (running === mine) loading.value = false;
      }
    },
    abort() {
      running?.abort();
      running = undefined;
      loading.value = false;
    },
  };
}

/** A resource of a component: fetched when `inputs` change, and every `everyMs` if given. */
export function useResource<T>(
  fetchIt: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  everyMs?: number,
): Resource<T> {
  const resource = useMemo(() => createResource(fetchIt), inputs);
  useEffect(() => {
    void resource.load();
    const timer = everyMs === undefined ? undefined : setInterval(() => void resource.load(), everyMs);
    return () => {
      clearInterval(timer);
      resource.abort();
    };
  }, [resource, everyMs]);
  return resource;
}
