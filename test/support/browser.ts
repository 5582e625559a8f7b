/** A headless Chromium for tests and screenshots: the binary of @sparticuz/chromium, which needs no system packages. */
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Its own switches are for one tab in a Lambda function: in a single process a closed context ends the browser.
    args: chromium.args.filter((arg) => arg !== '--single-process' && !arg.startsWith('--headless')),
    headless: true,
  });
}
