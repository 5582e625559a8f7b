import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, launchBrowser, type Page } from '../support/browser.ts';
import { openDashboard, untilLive } from '../support/dashboard.ts';
import { type Client, client } from '../support/http.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AGENT = 'sleep-coach';
/** Two pages of the list. */
const MANY = 60;
/** As many as the bar's parts may be off the score that is shown with two digits. */
const HALF_A_DIGIT = 0.006;

/** The parts of the first bar, as wide as the browser draws them. */
const SHOWN_PARTS = `[...document.querySelector('.score-bar').querySelectorAll('span:not(.rest)')]
  .map((span) => Number(getComputedStyle(span).flexGrow))`;

let stack: TestStack;
let browser: Browser;
let api: Client;

const draft = (content: unknown, more: object = {}) => ({
  agent_id: AGENT,
  user_id: 'ada',
  type: 'insight',
  content,
  ...more,
});

async function store(content: unknown, more: object = {}): Promise<string> {
  const { status, text, body } = await api.post('/v1/memories', draft(content, more));
  expect(status, text).toBe(201);
  return body.id;
}

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  api = client(stack.url, stack.key);
  const kitchen = Array.from({ length: MANY }, (_, n) =>
    draft(`The lentil soup needs less salt, said guest ${n}.`, { agent_id: 'kitchen', type: 'fact', priority: n % 10 }),
  );
  await api.post('/v1/memories/batch', { memories: kitchen });
  await store('Deep sleep improved after dinner was moved before seven.', { priority: 8, confidence: 0.9 });
  await store('Deep water is cold even in August.');
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const open = async (view: string, more: { theme?: 'light' | 'dark'; width?: number } = {}) => {
  const opened = await openDashboard(browser, stack.url, { view, key: stack.key, ...more });
  await untilLive(opened.page);
  return opened;
};

async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(AXE);
  const { violations }: { violations: { id: string; nodes: { html: string }[] }[] } =
    await page.evaluate('axe.run("main")');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const row = (page: Page, text: string) => page.locator('.row', { hasText: text });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('searching memories', () => {
  it('shows each score as a bar of parts that add up to it, and says them', async () => {
    const { page, faults, close } = await open('memories');

    await page.getByLabel('Search memories').fill('deep sleep');
    const found = row(page, 'Deep sleep improved');
    const words = await found.getByRole('img').getAttribute('aria-label');
    const parts: number[] = await page.evaluate(SHOWN_PARTS);

    const score = Number(await found.locator('.score-value').textContent());
    expect(words).toMatch(/^Score 0\.\d\d: words 0\.\d\d, (meaning 0\.\d\d, )?retention .*priority .*recency/);
    expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - score)).toBeLessThan(HALF_A_DIGIT);
    expect(await row(page, 'lentil soup').count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('is kept in the address, and found again after one was looked at', async () => {
    const { page, close } = await open('memories?q=deep&user=ada&mode=lexical');
    await row(page, 'Deep sleep improved').getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /Deep sleep improved/ }).waitFor();

    await page.getByRole('link', { name: 'All memories' }).click();

    await row(page, 'Deep water').waitFor();
    expect(await page.getByLabel('Search memories').inputValue()).toBe('deep');
    expect(await page.getByLabel('Find by').inputValue()).toBe('lexical');
    expect(page.url()).toContain('q=deep');
    await close();
  });

  it('says in words what an answer left out', async () => {
    const { page, close } = await open('memories');
    // The wire's own answer, with the two flags that only an engine in trouble or a large tenant would set.
    await page.route('**/v1/search', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        json: { ...(await answer.json()), degraded: ['semantic'], truncated: true },
      });
    });

    await page.getByLabel('Search memories').fill('deep');

    await page.getByText('The search by meaning did not answer in time').waitFor();
    await page.getByText('Name a user to search all of theirs').waitFor();
    await close();
  });

  it('says what to do where nothing is found', async () => {
    const { page, close } = await open('memories?q=zeppelin&mode=lexical&types=decision');
    await page.getByText('Nothing matches').waitFor();

    await button(page, 'Clear the search').click();

    await row(page, 'Deep water').waitFor();
    await close();
  });
});

describe('trouble', () => {
  it('is told with what to do, and over when it is over', async () => {
    const { page, close } = await open('live');
    await page.route('**/v1/memories?*', (route) => route.abort());
    await page.evaluate("location.hash = '#/memories'");
    await page.getByText('The memories could not be read').waitFor();
    await page.getByText('Check that it runs and that you are online, then try again.').waitFor();

    await page.unroute('**/v1/memories?*');
    await button(page, 'Try again').click();

    await row(page, 'lentil soup').first().waitFor();
    await close();
  });

  it('with a key that may only read is named where it shows, and the rest is there', async () => {
    const id = await store('Readable.');
    const key = (await api.post('/v1/keys', { scopes: ['memories:read'] })).body.api_key;
    const { page, close } = await openDashboard(browser, stack.url, { view: `memories/${id}`, key });
    await page.getByText('The history could not be read').waitFor();

    await button(page, 'Pin').click();

    await page.locator('.toast.failed', { hasText: 'control' }).waitFor();
    expect(await page.getByLabel('Content').textContent()).toContain('Readable.');
    expect((await api.get(`/v1/memories/${id}`)).body.pinned).toBe(false);
    await close();
  });

  it('with an address that leads to no memory is no error of the page', async () => {
    const { page, close } = await open(`memories/mem_${'0'.repeat(32)}`);

    await page.getByRole('heading', { level: 1, name: 'This memory is gone' }).waitFor();
    await page.getByText('it never was, or this key may not read it').waitFor();
    await page.getByRole('link', { name: 'All memories' }).click();

    await page.locator('.row').first().waitFor();
    await close();
  });
});

describe('the list of memories', () => {
  it('pages on, and narrows to a type', async () => {
    const { page, close } = await open('memories');
    await page.getByRole('heading', { name: '50 memories, and more' }).waitFor();

    await button(page, 'Show more').click();
    await expect.poll(() => page.locator('.row').count()).toBeGreaterThan(MANY);
    await button(page, 'insight').click();

    await expect.poll(() => row(page, 'lentil soup').count()).toBe(0);
    await row(page, 'Deep water').waitFor();
    await close();
  });

  it('offers what was stored since, without moving what is read', async () => {
    const { page, close } = await open('memories');
    await page.locator('.row').first().waitFor();
    const before = await page.locator('.row').first().boundingBox();

    await store('A new memory for the list.');
    await button(page, 'Show 1 new').waitFor();
    const during = await page.locator('.row').first().boundingBox();
    await button(page, 'Show 1 new').click();

    await row(page, 'A new memory for the list.').waitFor();
    expect(during).toEqual(before);
    await close();
  });

  it('follows a memory that moves, and strikes out one that ends', async () => {
    const [moving, ending] = [await store('This one moves.'), await store('This one ends.')];
    const { page, close } = await open('memories');
    await row(page, 'This one moves.').locator('.tier-hot').waitFor();

    await api.post(`/v1/agents/${AGENT}/control`, { action: 'demote', params: { memory_ids: [moving] } });
    await api.delete(`/v1/memories/${ending}`);

    await row(page, 'This one moves.').locator('.tier-warm').waitFor();
    await row(page, 'This one ends.').getByText('gone').waitFor();
    await close();
  });
});

describe('one memory', () => {
  it('tells its content, its score and its history with a diff, and is not used by that', async () => {
    const id = await store({ text: 'The old boiler was repaired.', cost: 40 });
    await api.patch(`/v1/memories/${id}`, {
      content: { text: 'The old boiler was replaced.', cost: 900 },
      priority: 9,
    });
    const { page, faults, close } = await open(`memories/${id}`);

    await page.getByText('Changed content and priority').waitFor();
    const text = page.getByLabel('text, before and after');

    expect(await text.locator('del').textContent()).toContain('repaired');
    expect(await text.locator('ins').textContent()).toContain('replaced');
    expect(await page.getByLabel('cost, before and after').locator('ins').textContent()).toContain('900');
    expect(await page.getByLabel('History').textContent()).toContain('2 events, chain verified');
    expect(await page.locator('.fade-plot canvas').count()).toBe(1);
    expect(await page.locator('.fade figcaption').textContent()).toMatch(/If it is not used: .*in a year/);
    expect(await page.getByLabel('Content').textContent()).toContain('"cost": 900');
    expect((await api.get(`/v1/memories/${id}`, { headers: { 'x-auren-observe': 'true' } })).body.access_count).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('shows a change of somebody else as it happens', async () => {
    const id = await store('The first wording.');
    const { page, close } = await open(`memories/${id}`);
    await page.getByRole('heading', { level: 1, name: 'The first wording.' }).waitFor();

    await api.patch(`/v1/memories/${id}`, { content: 'The second wording.' });

    await page.getByRole('heading', { level: 1, name: 'The second wording.' }).waitFor();
    await page.getByText('Changed content').waitFor();
    await close();
  });

  it('is pinned, then not demoted, which is said with its reason, then unpinned', async () => {
    const id = await store('Ada is allergic to penicillin.');
    const { page, close } = await open(`memories/${id}`);

    await button(page, 'Pin').click();
    await page.getByText('Pinned: it stays hot.').waitFor();
    await button(page, 'Pinned').waitFor();
    await button(page, 'Demote').click();
    await page.getByText('Nothing was done: it is pinned; unpin it first.').waitFor();
    await button(page, 'Pinned').click();
    await button(page, 'Pin').waitFor();

    expect((await api.get(`/v1/memories/${id}`)).body).toMatchObject({ pinned: false, tier: 'hot' });
    await close();
  });

  it('goes to the cold tier after a question, and comes up again', async () => {
    const id = await store('The season is over.');
    const { page, close } = await open(`memories/${id}`);

    await button(page, 'Archive').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.getByText('Moved from hot to cold').first().waitFor();
    await page.getByRole('heading', { name: 'Why it is cold' }).waitFor();
    await button(page, 'Promote').click();

    await page.getByRole('heading', { name: 'Why it is warm' }).waitFor();
    expect((await api.get(`/v1/memories/${id}`)).body.tier).toBe('warm');
    await close();
  });

  it('is forgotten only after a question', async () => {
    const id = await store('Of no worth.');
    const { page, faults, close } = await open(`memories/${id}`);

    await button(page, 'Forget').click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const kept = (await api.get(`/v1/memories/${id}`)).status;
    await button(page, 'Forget').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('heading', { level: 1, name: 'Memories' }).waitFor();

    expect(kept).toBe(200);
    expect((await api.get(`/v1/memories/${id}`)).status).toBe(404);
    expect(faults).toEqual([]);
    await close();
  });

  it('that ends while it is read says so, and keeps its history', async () => {
    const id = await store('Not for long.');
    const { page, faults, close } = await open(`memories/${id}`);
    await page.getByRole('heading', { level: 1, name: 'Not for long.' }).waitFor();

    await api.delete(`/v1/memories/${id}?reason=moved`);

    await page.getByRole('heading', { level: 1, name: 'This memory is gone' }).waitFor();
    await page.getByRole('heading', { level: 3, name: 'Deleted' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});

describe('the memories view', () => {
  it.each(['light', 'dark'] as const)('is accessible while %s, with results and with one memory', async (theme) => {
    const id = await store({ text: 'Checked by axe.', nested: { list: [1, 'two'] } }, { pinned: true });
    await api.patch(`/v1/memories/${id}`, { content: { text: 'Checked by axe-core.' }, metadata: { seen: true } });
    const { page, faults, close } = await open('memories?q=deep+sleep', { theme });
    await row(page, 'Deep sleep improved').waitFor();

    const ofResults = await accessibilityFaults(page);
    await page.evaluate(`location.hash = '#/memories/${id}'`);
    await page.getByText('chain verified').waitFor();
    const ofOne = await accessibilityFaults(page);

    expect(ofResults).toEqual([]);
    expect(ofOne).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it('fits into 360 px', async () => {
    const id = await store({ text: 'unbreakable'.repeat(30), url: `https://example.com/${'a'.repeat(200)}` });
    const { page, close } = await open('memories?q=unbreakable', { width: 360 });
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
    await page.getByRole('heading', { name: /result/ }).waitFor();
    const list = await fits();

    await page.evaluate(`location.hash = '#/memories/${id}'`);
    await page.getByText('chain verified').waitFor();

    expect([list, await fits()]).toEqual([true, true]);
    await close();
  });

  it('goes from a result to its memory and back by keyboard alone', async () => {
    const { page, close } = await open('memories?q=deep+sleep');
    const link = row(page, 'Deep sleep improved').getByRole('link');
    await link.focus();

    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Deep sleep improved/ }).waitFor();
    const focused = await page.evaluate('document.activeElement.tagName');
    await page.goBack();

    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toContain('Deep sleep improved');
    expect(focused).toBe('H1');
    await close();
  });
});
