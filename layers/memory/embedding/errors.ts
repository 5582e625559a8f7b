/** A text could not be embedded: the worker died, the model does not load, the service refused. Search goes on lexically. */
import { AurenError } from '../errors.ts';

export class EmbeddingError extends AurenError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('engine_unavailable', message, { cause: options.cause, retryAfterSeconds: 2 });
    this.name = 'EmbeddingError';
  }
}
