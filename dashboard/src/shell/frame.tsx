/** The frame around every view: navigation, the state of the live connection, theme, sign-out. */
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon, type IconName, Mark } from '../components/icon.tsx';
import { config } from '../state/config.ts';
import { startFeed, stopFeed } from '../state/feed.ts';
import { href, route, VIEWS, type View } from '../state/route.ts';
import { signOut } from '../state/session.ts';
import { THEMES, theme } from '../state/theme.ts';
import { Connection } from './connection.tsx';
import { CurrentView } from './views.tsx';

const TITLES: Record<View, string> = {
  overview: 'Overview',
  live: 'Live',
  memories: 'Memories',
  agents: 'Agents',
  patterns: 'Patterns',
  clock: 'Clock',
};

export function Frame() {
  const main = useRef<HTMLElement>(null);
  const { view } = route.value;
  useEffect(() => {
    startFeed();
    return stopFeed;
  }, []);
  useEffect(() => {
    document.title = `${TITLES[view]} · AUREN Memory`;
    window.scrollTo(0, 0);
  }, [view]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="side">
        <a class="brand" href={href('overview')}>
          <Mark />
          <span>
            AUREN<small>Memory</small>
          </span>
        </a>
        <Navigation current={view} />
        <div class="foot">
          <Connection />
          <Tools />
        </div>
      </header>
      <main id="main" class="page" tabIndex={-1} ref={main}>
        <CurrentView view={view} />
      </main>
    </div>
  );
}

function Navigation({ current }: { current: View }) {
  const shown = VIEWS.filter((view) => view !== 'clock' || config().local);
  return (
    <nav class="nav" aria-label="Views">
      <ul>
        {shown.map((view) => (
          <li key={view}>
            <a href={href(view)} aria-current={view === current ? 'page' : undefined}>
              <Icon name={view satisfies IconName} />
              {TITLES[view]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Tools() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  return (
    <div class="tools">
      <Button
        kind="quiet"
        icon={theme.value}
        label={`Theme: ${theme.value}. Change to ${next}`}
        onClick={() => {
          theme.value = next;
        }}
      />
      <Button kind="quiet" icon="leave" label="Sign out" onClick={() => signOut()} />
    </div>
  );
}
