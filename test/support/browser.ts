/** A headless Chromium for tests and screenshots: the binary of @sparticuz/chromium, which needs no system packages. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Its own switches are for one tab in a Lambda function: in a single process a closed context ends the browser.
    args: chromium.args.filter((arg) => arg !== '--single-process' && !arg.startsWith('--headless')),
    // Open Sans, which the package brings, and a language that is one: the same page on every machine.
    env: { ...process.env, LANG: 'en_US.UTF-8', FONTCONFIG_PATH: join(tmpdir(), 'fonts') },
    headless: true,
  });
}
