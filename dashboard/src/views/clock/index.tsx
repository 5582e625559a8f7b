/** Clock. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Clock() {
  return (
    <>
      <PageHead title="Clock" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
