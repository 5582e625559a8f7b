/** Waits for an engine no longer than a deadline. What comes later, answer or error, is of no interest any more. */

export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Rejects with TooLate after `ms`. The call itself goes on until its adapter's own timeout aborts it. */
export async function withDeadline<T>(call: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
