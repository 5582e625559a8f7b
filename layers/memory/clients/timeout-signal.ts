/**
 * A timeout that does not blame the engine for a stall of ours: the event loop runs due timers before it reads sockets, so after a busy
 * 150 ms an answer that has long been there would be thrown away. One turn more, and it is read.
 */
export function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'));
  // Unreferenced: a call that is over must not keep its process for the rest of its deadline.
  setTimeout(() => setImmediate(expire), ms).unref();
  return controller.signal;
}
