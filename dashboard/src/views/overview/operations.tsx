/** How long each operation takes, as the functions measured it themselves. */
import { milliseconds } from '../../components/format.ts';
import { EmptyState } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { stats } from '../../state/stats.ts';

const SHOWN = 9;

export function Operations() {
  const measured = Object.entries(stats.data.value?.latency ?? {})
    .map(([name, quantiles]) => ({ name, ...quantiles, p95: Number(quantiles.p95 ?? quantiles.p99) }))
    .sort((one, other) => other.p99 - one.p99)
    .slice(0, SHOWN);
  return (
    <section class="card">
      <header>
        <h2>Time in the handler</h2>
        <span class="note">slowest first</span>
      </header>
      {measured.length === 0 ? (
        <EmptyState title="Nothing measured yet">Store or search something, and it shows here.</EmptyState>
      ) : (
        <Table
          caption="Latency by operation"
          keyOf={({ name }) => name}
          rows={measured}
          columns={[
            { name: 'Operation', cell: ({ name }) => name },
            { name: 'p50', end: true, cell: ({ p50 }) => milliseconds(p50) },
            { name: 'p95', end: true, cell: ({ p95 }) => milliseconds(p95) },
            { name: 'p99', end: true, cell: ({ p99 }) => milliseconds(p99) },
          ]}
        />
      )}
    </section>
  );
}
