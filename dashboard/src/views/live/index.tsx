/** Live. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Live() {
  return (
    <>
      <PageHead title="Live" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
