/** The dashboard in a browser, as a test opens it: with a key in the session, what it logs and asks for kept for the questions. */
import type { Browser, Page } from './browser.ts';

export interface OpenOptions {
  /** The hash route: `live`, `agents/kitchen`. */
  view?: string;
  /** Signed in with it; without one the page asks. */
  key?: string;
  theme?: 'light' | 'dark';
  width?: number;
}

export interface OpenPage {
  readonly page: Page;
  /** Messages of kind error, and errors that nobody caught. */
  readonly faults: string[];
  /** All addresses that the page asked for. */
  readonly urls: string[];
  /** Closes the page's WebSockets under it. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const HEIGHT = 900;
const WAIT_MS = 15_000;

/** Keeps hold of the page's WebSockets: the browser itself offers no way to cut one. */
const HOLD_SOCKETS = `{
  const sockets = [];
  globalThis.cutSockets = () => sockets.splice(0).forEach((socket) => socket.close());
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
    }
  };
}`;

/** An agent without a policy answers 404, which the browser logs by itself. */
const isExpected = (url: string) => url.endsWith('/policy');

export async function openDashboard(browser: Browser, url: string, options: OpenOptions = {}): Promise<OpenPage> {
  const { view = 'overview', key, theme = 'light', width = 1440 } = options;
  const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme: theme });
  context.setDefaultTimeout(WAIT_MS);
  if (key !== undefined) await context.addInitScript(`sessionStorage.setItem('auren.key', ${JSON.stringify(key)})`);
  await context.addInitScript(HOLD_SOCKETS);
  const page = await context.newPage();
  const faults: string[] = [];
  const urls: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.location().url)) faults.push(message.text());
  });
  page.on('request', (request) => urls.push(request.url()));
  page.on('websocket', (socket) => urls.push(socket.url()));
  page.on('framenavigated', (frame) => urls.push(frame.url()));
  await page.goto(`${url}/#/${view}`);
  const cut = async () => void (await page.evaluate('cutSockets()'));
  return { page, faults, urls, cut, close: () => context.close() };
}

/** The live connection is up: what happens from here on has to appear. */
export const untilLive = (page: Page) => page.locator('.connection .pulse.live').waitFor();
