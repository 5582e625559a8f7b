/** Reads a request's body whole, up to API Gateway's limit. */
import type { IncomingMessage } from 'node:http';

/** API Gateway's limit for an HTTP API; the functions themselves take less. */
export const REQUEST_BYTES_MAX = 10 * 1_024 * 1_024;

const EMPTY = Buffer.alloc(0);

/** Undefined where the body exceeds the limit. The rest is read and dropped: closing on a client that still sends loses it the answer. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (Number(length) > REQUEST_BYTES_MAX) {
    request.resume();
    return Promise.resolve(undefined);
  }
  if (encoding === undefined && (length === undefined || length === '0')) return Promise.resolve(EMPTY);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= REQUEST_BYTES_MAX) return;
      request.off('data', take).resume();
      resolve(undefined);
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
