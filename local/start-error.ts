/** The local run cannot start, for a reason that its user can mend: the message says what to do, and no stack is shown. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
