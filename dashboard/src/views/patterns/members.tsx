/** The memories of a pattern as links; the one that is pointed at is marked on the map. */
import { useEffect } from 'preact/hooks';
import { plural } from '../../components/format.ts';
import { memoryHref } from '../../state/route.ts';
import { shortened } from '../memories/content.ts';
import { lines, wantLines } from './contents.ts';

const MEMBERS_SHOWN = 40;
const LINE_CHARACTERS = 90;

interface MembersProps {
  members: readonly { id: string; similarity?: number }[];
  size: number;
  pointAt: (id: string | undefined) => void;
}

export function Members({ members, size, pointAt }: MembersProps) {
  const shown = members.slice(0, MEMBERS_SHOWN);
  const ids = shown.map(({ id }) => id).join(' ');
  useEffect(() => {
    wantLines(ids.split(' ').filter(Boolean));
  }, [ids]);
  return (
    <>
      <ul class="members">
        {shown.map(({ id, similarity }) => {
          const line = lines.value.get(id);
          return (
            <li key={id}>
              <a
                href={memoryHref(id)}
                onFocus={() => pointAt(id)}
                onBlur={() => pointAt(undefined)}
                onPointerEnter={() => pointAt(id)}
                onPointerLeave={() => pointAt(undefined)}
              >
                {line === undefined ? 'Memory' : line === null ? 'gone' : shortened(line, LINE_CHARACTERS)}
              </a>
              {similarity !== undefined && (
                <span class="num muted small" title="Similarity to the middle of the pattern, 0 to 1">
                  {similarity.toFixed(2)}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {size > shown.length && (
        <p class="small muted">and {plural(size - shown.length, 'more memory', 'more memories')}.</p>
      )}
    </>
  );
}
