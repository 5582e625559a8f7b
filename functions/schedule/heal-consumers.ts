/** Schedule, every minute: wakes consumers whose poke was lost. May be delivered twice; the leases make that harmless. */
import { composeHealing } from '@auren/memory/compose.ts';
import { task } from '../shared/task.ts';

export const handler = task('heal-consumers', composeHealing, (healing, { deadline }) => healing.heal(deadline));
