/** Memories: searched as an agent would, listed, and one of them in full. The list stays as it was while one is open. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { followNow } from '../../state/now.ts';
import { route } from '../../state/route.ts';
import '../../styles/series.css';
import { Browse } from './browse.tsx';
import { OneMemory } from './one-memory.tsx';

export default function Memories() {
  const [id] = route.value.rest;
  const list = useRef<HTMLDivElement>(null);
  // Whoever comes straight to one memory waits for no list.
  const isListed = useRef(false);
  isListed.current ||= id === undefined;
  useEffect(followNow, []);
  useListPlace(list, id === undefined);
  return (
    <div class="memories-view">
      <div ref={list} hidden={id !== undefined}>
        {isListed.current && <Browse isShown={id === undefined} />}
      </div>
      {id !== undefined && <OneMemory key={id} id={id} />}
    </div>
  );
}

/** Comes back to where the list was scrolled to, and to the link that was followed. */
function useListPlace(list: { current: HTMLElement | null }, isListShown: boolean): void {
  const place = useRef<{ top: number; focused: Element | null }>({ top: 0, focused: null });
  useLayoutEffect(() => {
    if (!isListShown) {
      window.scrollTo(0, 0);
      return;
    }
    const { top, focused } = place.current;
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    window.scrollTo(0, top);
    const remember = () => {
      const { activeElement } = document;
      place.current = { top: window.scrollY, focused: list.current?.contains(activeElement) ? activeElement : null };
    };
    window.addEventListener('scroll', remember, { passive: true });
    document.addEventListener('focusin', remember);
    return () => {
      window.removeEventListener('scroll', remember);
      document.removeEventListener('focusin', remember);
    };
  }, [isListShown]);
}
