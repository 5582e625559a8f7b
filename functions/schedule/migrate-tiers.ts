/** Schedule, every 15 minutes: moves memories between the tiers by age, use, policy and pressure, ends what expired. May be delivered twice. */
import { composeSweep } from '@auren/memory/compose.ts';
import { task } from '../shared/task.ts';

export const handler = task('migrate-tiers', composeSweep, (sweeping, { deadline }) => sweeping.sweep(deadline));
