/** Search and list: what to look for above, what was found below. */
import { useRef } from 'preact/hooks';
import { PageHead } from '../../shell/page-head.tsx';
import { href, navigate, route } from '../../state/route.ts';
import './browse.css';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, NO_FILTERS, readFilters, writeFilters } from './filters.ts';
import { useFound } from './found.ts';
import { Results } from './results.tsx';

export const filtersHref = (filters: Filters): string => href('memories', [], writeFilters(filters));

/** What the list shows, so that one memory can lead back to it. */
export const listed = { filters: NO_FILTERS };

export function Browse({ isShown }: { isShown: boolean }) {
  const filters = useRef(NO_FILTERS);
  // The address of one memory says nothing of the list behind it.
  if (isShown) filters.current = readFilters(route.value.params);
  listed.filters = filters.current;
  const finding = useFound(filters.current);
  const change = (changed: Partial<Filters>) =>
    navigate(filtersHref({ ...filters.current, ...changed }), { replace: true });
  return (
    <>
      <PageHead title="Memories" about="Search as an agent would, and see why each memory was found." />
      <FilterBar filters={filters.current} onChange={change} />
      <Results filters={filters.current} finding={finding} onClear={() => change(NO_FILTERS)} />
    </>
  );
}
