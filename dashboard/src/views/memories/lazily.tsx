/** A component that is loaded when it is first shown; takes its room meanwhile. */
import { type ComponentType, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { InlineError, Skeleton } from '../../components/states.tsx';

interface LazilyProps<P> {
  load: () => Promise<ComponentType<P>>;
  props: P;
  height: string;
}

export function Lazily<P extends object>({ load, props, height }: LazilyProps<P>) {
  const [loaded, setLoaded] = useState<{ Component: ComponentType<P> } | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    load().then((Component) => setLoaded({ Component }), setError);
  }, [load]);
  if (error !== undefined) return <InlineError error={error} what="The chart could not be loaded" />;
  return loaded ? h(loaded.Component, props) : <Skeleton height={height} />;
}
