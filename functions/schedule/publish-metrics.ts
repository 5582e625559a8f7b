/** Schedule, every minute (5 s locally): what the memory is doing, for those who watch; and closes connections of ended keys. */
import { composeMetrics } from '@auren/memory/compose.ts';
import { task } from '../shared/task.ts';

export const handler = task('publish-metrics', composeMetrics, (metrics, { deadline }) => metrics.publishAll(deadline));
