/** Text while it is typed: handed on when typing pauses, and taken over when the value changes from outside. */
import { useEffect, useRef, useState } from 'preact/hooks';

const PAUSE_MS = 250;

export function useDraft(value: string, hand: (text: string) => void): [draft: string, set: (text: string) => void] {
  const [draft, setDraft] = useState(value);
  const handed = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (value === handed.current) return;
    handed.current = value;
    clearTimeout(timer.current);
    setDraft(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (text: string) => {
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      handed.current = text;
      hand(text);
    }, PAUSE_MS);
  };
  return [draft, set];
}
