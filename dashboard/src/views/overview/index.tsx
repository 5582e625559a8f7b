/** Overview. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Overview() {
  return (
    <>
      <PageHead title="Overview" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
