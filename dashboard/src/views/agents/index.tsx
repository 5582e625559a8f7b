/** Agents. */
import { EmptyState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';

export default function Agents() {
  return (
    <>
      <PageHead title="Agents" />
      <EmptyState title="Nothing here yet">This view comes next.</EmptyState>
    </>
  );
}
