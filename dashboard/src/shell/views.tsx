/** Each view in a file of its own, loaded when it is first opened. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorState, Skeleton } from '../components/states.tsx';
import type { View } from '../state/route.ts';

type Module = { default: ComponentType };

const LOADERS: Record<View, () => Promise<Module>> = {
  overview: () => import('../views/overview/index.tsx'),
  live: () => import('../views/live/index.tsx'),
  memories: () => import('../views/memories/index.tsx'),
  agents: () => import('../views/agents/index.tsx'),
  patterns: () => import('../views/patterns/index.tsx'),
  clock: () => import('../views/clock/index.tsx'),
};

/** A loaded view is shown at once the next time. */
const loaded = new Map<View, ComponentType>();

export function CurrentView({ view }: { view: View }) {
  const [, setLoaded] = useState(0);
  const [failure, setFailure] = useState<{ view: View; error: unknown } | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (loaded.has(view)) return;
    let isCurrent = true;
    LOADERS[view]().then(
      ({ default: Component }) => {
        loaded.set(view, Component);
        if (isCurrent) setLoaded((times) => times + 1);
      },
      (error: unknown) => {
        if (isCurrent) setFailure({ view, error });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [view, attempt]);

  const Component = loaded.get(view);
  if (Component) return <Component key={view} />;
  if (failure?.view === view) {
    const retry = () => {
      setFailure(undefined);
      setAttempt(attempt + 1);
    };
    return <ErrorState error={failure.error} what="This view could not be loaded" onRetry={retry} />;
  }
  return (
    <div class="page-head" aria-busy="true">
      <Skeleton width="12rem" height="2rem" />
    </div>
  );
}
