/** Names of the log's consumers, under which their cursors and leases are kept. */
export const HOT_CONSUMER = 'hot-projector';
export const INDEX_CONSUMER = 'indexer';
/** Takes a lease as they do, and reads no log. */
export const SWEEP = 'sweep';
