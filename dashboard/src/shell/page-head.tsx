/** A view's title, one sentence on it, and what can be done with it as a whole. */
import type { ComponentChildren } from 'preact';

interface PageHeadProps {
  title: string;
  about?: ComponentChildren;
  children?: ComponentChildren;
}

export function PageHead({ title, about, children }: PageHeadProps) {
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p>{about}</p>}
      </div>
      {children}
    </header>
  );
}
