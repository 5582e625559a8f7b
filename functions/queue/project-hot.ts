/** Queue: brings Redis up to what the log says, and renews the lease under which its copies are believed. */
import { composeHotProjecting } from '@auren/memory/compose.ts';
import { draining } from '../shared/drain.ts';

export const handler = draining('project-hot', composeHotProjecting);
