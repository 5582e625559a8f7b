/** Memories. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Memories() {
  return (
    <>
      <PageHead title="Memories" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
