/** Patterns. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Patterns() {
  return (
    <>
      <PageHead title="Patterns" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
