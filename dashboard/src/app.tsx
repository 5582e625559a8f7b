/** The page's three states: not configured yet, no key, and the product. */
import { ErrorState } from './components/states.tsx';
import { Toasts } from './components/toast.tsx';
import { Frame } from './shell/frame.tsx';
import { KeyEntry } from './shell/key-entry.tsx';
import { configured, loadConfig } from './state/config.ts';
import { apiKey } from './state/session.ts';

export function App() {
  return (
    <>
      <Content />
      <Toasts />
    </>
  );
}

function Content() {
  const { status, error } = configured.value;
  if (status === 'loading') return null;
  if (status === 'failed') {
    return (
      <main class="lone">
        <ErrorState error={error} what="The page could not read its configuration" onRetry={() => void loadConfig()} />
      </main>
    );
  }
  return apiKey.value === null ? <KeyEntry /> : <Frame />;
}
