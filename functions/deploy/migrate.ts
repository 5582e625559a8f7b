/** Deployment: brings the schema up to date. A failure fails the deployment. */
import { composeMigration } from '@auren/memory/compose.ts';
import { task } from '../shared/task.ts';

export const handler = task('migrate', composeMigration, (migration) => migration.migrate());
