/** Names of the log's consumers, under which their cursors and leases are kept. */
export const HOT_CONSUMER = 'hot-projector';
export const INDEX_CONSUMER = 'indexer';
export const BROADCASTER = 'broadcaster';
/** These take a lease as they do, and read no log. */
export const SWEEP = 'sweep';
export const DISCOVERY = 'discovery';
