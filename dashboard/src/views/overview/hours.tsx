/** When memories are used: a strip of hours for each type, darker where it happens more. */
import { MEMORY_TYPES, type MemoryType } from '../../api/types.ts';
import { plural } from '../../components/format.ts';
import { stats } from '../../state/stats.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const label = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

export function Hours() {
  const patterns = stats.data.value?.access_patterns ?? [];
  const cell = new Map<string, number>();
  for (const { type, hour, count } of patterns) cell.set(`${type} ${hour}`, (cell.get(`${type} ${hour}`) ?? 0) + count);
  const most = Math.max(1, ...cell.values());
  const total = patterns.reduce((sum, { count }) => sum + count, 0);
  const usesOf = (type: MemoryType, hour: number) => cell.get(`${type} ${hour}`) ?? 0;
  return (
    <section class="card">
      <header>
        <h2>When memories are used</h2>
        <span class="note">{plural(total, 'use')}, hour of the day in UTC</span>
      </header>
      <table class="hours">
        <caption class="sr-only">Uses by type and hour of the day</caption>
        <thead>
          <tr>
            <td />
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                <span class="sr-only">{label(hour)}</span>
                <span aria-hidden="true">{hour % 6 === 0 ? label(hour).slice(0, 2) : ''}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {MEMORY_TYPES.map((type) => (
            <tr key={type}>
              <th scope="row">{type}</th>
              {HOURS.map((hour) => {
                const uses = usesOf(type, hour);
                return (
                  <td key={hour} title={`${type}, ${label(hour)}: ${plural(uses, 'use')}`}>
                    <span class="sr-only">{uses}</span>
                    <span class="cell" aria-hidden="true">
                      {uses > 0 && <span style={{ opacity: 0.25 + (0.75 * uses) / most }} />}
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
