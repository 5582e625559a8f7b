/** Free ports, and whether something still listens on one. */
import { connect, createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A port nobody listens on now. Another process may take it before we do: the start that follows must say so. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no free port'));
      });
    });
  });
}

/** Whether a TCP connection to the port is accepted. */
export function isListening(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
