/** What a view shows while there is nothing to show: empty, failed, loading. Each says what to do next. */
import type { ComponentChildren } from 'preact';
import { describeError } from '../api/problem.ts';
import { Button } from './button.tsx';

export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="title">{title}</p>
      <div class="todo">{children}</div>
    </div>
  );
}

interface Failed {
  error: unknown;
  /** What was attempted, as a sentence without its end: "The agents could not be read". */
  what: string;
  onRetry?: () => void;
}

export function ErrorState({ error, what, onRetry }: Failed) {
  const { title, todo, requestId } = describeError(error);
  return (
    <div class="state failed" role="alert">
      <p class="title">{what}</p>
      <p class="todo">
        {title} {todo}
      </p>
      {requestId && <p class="muted small mono">request {requestId}</p>}
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** The same in one line, above content that stays. */
export function InlineError({ error, what, onRetry }: Failed) {
  const { title, todo } = describeError(error);
  return (
    <div class="inline-error" role="alert">
      <span>
        <strong>{what}.</strong> {title} {todo}
      </span>
      {onRetry && (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Takes the room that the content will take, so that nothing moves when it comes. */
export function Skeleton({ width = '100%', height = '1em' }: { width?: string; height?: string }) {
  return <span class="skeleton" style={{ width, height }} aria-hidden="true" />;
}
