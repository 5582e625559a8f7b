import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from '../../local/demo/api.ts';
import { week } from '../../local/demo/life.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { openDashboard, untilLive } from '../support/dashboard.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['overview', 'live', 'memories', 'agents', 'patterns', 'clock'];
const AGENT = 'kitchen';

let stack: TestStack;
let browser: Browser;
let api: Api;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  api = createApi(stack.url, stack.key);
  const memories = week(0, stack.clock.now()).map(({ ttl_seconds: _, ...draft }) => draft);
  await api.post('/v1/memories/batch', { memories });
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const open = (view: string, more: { theme?: 'light' | 'dark'; width?: number } = {}) =>
  openDashboard(browser, stack.url, { view, key: stack.key, ...more });

describe('the key', () => {
  it('is asked for once, refused with a reason, and in no address', async () => {
    const { page, urls, close } = await openDashboard(browser, stack.url);
    const field = page.getByLabel('API key');

    await field.fill('hello');
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    const mistyped = await page.getByRole('alert').textContent();
    await field.fill(`${stack.key.slice(0, -4)}aaaa`);
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByText('does not accept this key').waitFor();
    await field.fill(stack.key);
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await untilLive(page);
    await page.reload();
    await untilLive(page);

    expect(mistyped).toContain('begins with "auren_"');
    expect(await page.evaluate('sessionStorage.getItem("auren.key")')).toBe(stack.key);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(stack.key);
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => url.includes(stack.key))).toEqual([]);
    await close();
  });

  it('is asked for again once it was revoked', async () => {
    const made = await api.post<{ id: string; api_key: string }>('/v1/keys', { scopes: ['memories:read'] });
    const authorization = `Bearer ${stack.key}`;
    await fetch(`${stack.url}/v1/keys/${made.id}`, { method: 'DELETE', headers: { authorization } });

    const { page, close } = await openDashboard(browser, stack.url, { key: made.api_key });

    await page.getByText('It may have been revoked').waitFor();
    expect(await page.evaluate('sessionStorage.getItem("auren.key")')).toBeNull();
    await close();
  });
});

describe('every view', () => {
  it.each(VIEWS)('%s opens without an error, and is accessible in light and dark', async (view) => {
    for (const theme of ['light', 'dark'] as const) {
      const { page, faults, close } = await open(view, { theme });
      await untilLive(page);
      await page.locator('main h1').waitFor();
      await page.waitForLoadState('networkidle');

      await page.evaluate(AXE);
      const found: { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] } =
        await page.evaluate('axe.run()');

      expect(found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    }
  });

  it('fits into 360 px without a horizontal scroll', async () => {
    const { page, close } = await open('overview', { width: 360 });
    await untilLive(page);

    const widths: Record<string, unknown> = {};
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.locator('main h1').waitFor();
      await page.waitForLoadState('networkidle');
      widths[view] = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
    }

    expect(widths).toEqual(Object.fromEntries(VIEWS.map((view) => [view, true])));
    await close();
  });

  it('is reached and left by keyboard alone', async () => {
    const { page, close } = await open('overview');
    await untilLive(page);

    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Enter');
    const focused = await page.evaluate('document.activeElement.id');
    await page.getByRole('link', { name: 'Live', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();

    expect(first).toBe('Skip to content');
    expect(focused).toBe('main');
    await close();
  });
});

const linkTo = (id: string) => ({ name: `Memory ${id.slice(-8)}` });

describe('the live feed', () => {
  const store = (content: string, agent = AGENT) =>
    api.post<{ id: string }>('/v1/memories', { agent_id: agent, user_id: 'ada', type: 'insight', content });

  it('shows a memory that is stored over HTTP, in words, with a link to it', async () => {
    const { page, close } = await open('live');
    await untilLive(page);

    const { id } = await store('Rye bread rises slowly in a cold kitchen.');

    const row = page.locator('.feed-row', { has: page.getByRole('link', linkTo(id)) });
    await row.waitFor();
    expect(await row.textContent()).toContain('kitchen stored an insight for ada');
    expect(await page.getByRole('link', linkTo(id)).getAttribute('href')).toBe(`#/memories/${id}`);
    await close();
  });

  it('holds new rows back while paused, without a jump, and shows them after', async () => {
    const { page, close } = await open('live');
    await untilLive(page);
    await page.locator('.feed-row').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await page.locator('.feed-row').first().textContent();

    const { id } = await store('Held back for a moment.');
    await page.getByRole('button', { name: 'Resume, 1 new event' }).waitFor();
    const during = await page.locator('.feed-row').first().textContent();
    await page.getByRole('button', { name: 'Resume' }).click();

    expect(during).toBe(before);
    await page.getByRole('link', linkTo(id)).waitFor();
    await close();
  });

  it('shows only what the filter names', async () => {
    const { page, close } = await open('live');
    await untilLive(page);
    await page.getByLabel('Agents', { exact: true }).fill('gardener');
    await page.getByText('Nothing yet').waitFor();

    await store('Not for this filter.');
    const { id } = await store('Tomatoes want sun.', 'gardener');

    await page.getByRole('link', linkTo(id)).waitFor();
    expect(await page.locator('.feed-row').count()).toBe(1);
    await close();
  });

  it('says how many events it recovered after its connection was cut, and has each once', async () => {
    const { page, cut, close } = await open('live');
    await untilLive(page);
    const seen = await store('Before the cut.');
    await page.getByRole('link', linkTo(seen.id)).waitFor();
    await page.route('**/v1/socket-tickets', (route) => route.abort());
    await cut();
    await page.locator('.connection .pulse.bad').waitFor();

    const missed = [await store('Missed, one.'), await store('Missed, two.')];
    await page.unroute('**/v1/socket-tickets');

    await page.getByText('recovered 2 events').first().waitFor();
    for (const { id } of [seen, ...missed]) expect(await page.getByRole('link', linkTo(id)).count()).toBe(1);
    await close();
  });
});

describe('the overview', () => {
  it('counts a memory as it is stored, without asking again', async () => {
    const { page, close } = await open('overview');
    await untilLive(page);
    const figure = page.locator('.vessel').first().locator('.figure');
    await expect.poll(() => figure.textContent()).toMatch(/^\d/);
    await page.route('**/v1/stats', (route) => route.abort());
    const before = Number(await figure.textContent());

    await api.post('/v1/memories', { agent_id: AGENT, type: 'fact', content: 'One more.' });

    await expect.poll(async () => Number(await figure.textContent())).toBe(before + 1);
    await close();
  });
});

describe('an agent', () => {
  it('has a policy tried out, then set after a question', async () => {
    const { page, faults, close } = await open(`agents/${AGENT}`);
    await page.getByText('None stands.').waitFor();

    await page.getByLabel('Priority at least').fill('5');
    await page.getByLabel('Searches to rehearse').fill('lentil soup');
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.getByText('would be demoted').waitFor();
    const outcome = await page.locator('.outcome').textContent();
    await page.getByRole('button', { name: 'Set this policy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set the policy' }).click();
    await page.getByText('Keeps what has priority 5 or more').waitFor();

    const { criteria } = await api.get<{ criteria: object }>(`/v1/agents/${AGENT}/policy`);
    expect(criteria).toEqual({ min_priority: 5, score_threshold: 1 });
    expect(outcome).toMatch(/^\d+ would stay\d+ would be demoted$/);
    expect(faults).toEqual([]);
    await close();
  });

  it('forgets only after the number was typed', async () => {
    await api.post('/v1/memories', { agent_id: 'passing', type: 'fact', content: 'Of no worth.', priority: 1 });
    const { page, close } = await open('agents/passing');
    await page.getByLabel('Priority at least').fill('9');
    await page.getByLabel('The rest').selectOption('forget');
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.getByRole('button', { name: 'Set this policy' }).click();
    const forget = page.getByRole('dialog').getByRole('button', { name: 'Forget 1 memory' });

    const before = await forget.isDisabled();
    await page.getByLabel('to confirm').fill('1');
    await forget.click();
    await page.getByText('The policy of passing stands.').waitFor();

    const { memories } = await api.get<{ memories: unknown[] }>('/v1/memories?agent_id=passing');
    expect(before).toBe(true);
    expect(memories).toEqual([]);
    await close();
  });
});

describe('the clock', () => {
  it('moves time on and sweeps', async () => {
    const { page, close } = await open('clock');
    await page.getByText('0 days ahead').waitFor();

    await page.getByRole('button', { name: '+ 1 month' }).click();

    await page.getByText('30 days ahead').waitFor({ timeout: 30_000 });
    expect(stack.clock.offsetDays).toBe(30);
    await close();
  });
});
