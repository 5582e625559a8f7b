import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapPoint } from '../../dashboard/src/api/patterns.ts';
import { boxIn, fitted } from '../../dashboard/src/views/patterns/scale.ts';
import { clusters } from '../../local/demo/life.ts';
import { type Browser, launchBrowser, type Page } from '../support/browser.ts';
import { openDashboard, untilLive } from '../support/dashboard.ts';
import { type Client, client } from '../support/http.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AGENT = 'companion';
/** The map's points have come to rest. */
const GLIDED_MS = 600;
const INDEXED_WITHIN_MS = 30_000;
/** How many pixels of the map are not blank. */
const INKED = `(() => {
  const canvas = document.querySelector('.map-frame canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
  return inked;
})()`;

let stack: TestStack;
let browser: Browser;
let api: Client;

const untilIndexed = () =>
  expect
    .poll(async () => (await api.get('/v1/stats')).body.index.pending, { timeout: INDEXED_WITHIN_MS, interval: 200 })
    .toBe(0);

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  api = client(stack.url, stack.key);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const open = async (more: { theme?: 'light' | 'dark'; width?: number } = {}) => {
  const opened = await openDashboard(browser, stack.url, { view: 'patterns', key: stack.key, ...more });
  await untilLive(opened.page);
  return opened;
};

/** Where a memory stands on the map, on the page. */
async function placeOf(page: Page, find: (point: MapPoint) => boolean): Promise<{ x: number; y: number; id: string }> {
  const { points }: { points: MapPoint[] } = (await api.get('/v1/map')).body;
  const frame = await page.locator('.map-frame').boundingBox();
  const point = points.find(find);
  if (!frame || !point) throw new Error('no map, or no such point');
  const { x, y } = fitted(points, boxIn(frame))(point);
  return { x: frame.x + x, y: frame.y + y, id: point.memory_id };
}

describe('the map of patterns', () => {
  it('says what to do while there is nothing on it', async () => {
    const { page, faults, close } = await open();

    await page.getByText('Nothing to map yet').waitFor();

    expect(await page.getByText('Discover now').count()).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('finds patterns when told to, and shows them beside their points', async () => {
    const { body } = await api.post('/v1/memories/batch', { memories: clusters(AGENT, 'ada') });
    expect(body.memories).toHaveLength(8);
    await untilIndexed();
    const { page, faults, close } = await open();
    await page.getByRole('heading', { name: '8 memories' }).waitFor();
    await page.getByText('None found yet').waitFor();

    await page.getByLabel('Smallest size').fill('4');
    await page.getByRole('button', { name: 'Discover now' }).click();

    await page.getByRole('heading', { name: '2 patterns' }).waitFor();
    expect(await page.locator('.pattern-label').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('cello'), expect.stringContaining('garden')]),
    );
    // Reading a canvas back takes a headless browser a second or two.
    await expect.poll(() => page.evaluate(INKED), { timeout: 10_000 }).toBeGreaterThan(200);
    expect(faults).toEqual([]);
    await close();
  });

  it('names the memory under the pointer, and leads to it', async () => {
    const { page, close } = await open();
    await page.getByRole('heading', { name: '2 patterns' }).waitFor();
    const { x, y, id } = await placeOf(page, ({ pattern_id }) => pattern_id !== null);
    const { content } = (await api.get(`/v1/memories/${id}`, { headers: { 'x-auren-observe': 'true' } })).body;

    await page.mouse.move(x, y);
    await page.locator('.map-label').getByText(content.text).waitFor();
    await page.mouse.click(x, y);

    await page.getByLabel('Content').getByText(content.text).waitFor();
    expect(page.url()).toContain(`#/memories/${id}`);
    await close();
  });

  it('is read by keyboard alone: a pattern, its memories, one of them marked on the map', async () => {
    const { page, close } = await open();
    const pattern = page.getByRole('button', { name: /cello/ });
    await pattern.focus();

    await page.keyboard.press('Enter');
    const member = page.locator('.members a', { hasText: 'cello' }).first();
    await member.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const line = await page.evaluate('document.activeElement.textContent');
    const label = await page.locator('.map-label-line').textContent();

    expect(await pattern.getAttribute('aria-expanded')).toBe('true');
    expect(await page.locator('.pattern-facts').textContent()).toContain('companion');
    expect(line).toMatch(/cello/i);
    expect(label).toBe(line);
    await close();
  });

  it('zooms to a pattern, and is as it was on the way back from one of its memories', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: /cello/ }).click();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const link = page.locator('.members a', { hasText: 'cello' }).first();
    await link.hover();
    await page.waitForTimeout(GLIDED_MS);
    const label = await page.locator('.map-label').boundingBox();
    const frame = await page.locator('.map-frame').boundingBox();
    await link.click();
    await page.getByRole('link', { name: 'All memories' }).waitFor();

    await page.goBack();

    await link.waitFor();
    expect(page.url()).toContain('pattern=');
    expect(label && frame && label.y >= frame.y && label.y + label.height <= frame.y + frame.height).toBe(true);
    await close();
  });

  it('follows patterns that somebody else has found, and memories that end', async () => {
    const { page, close } = await open();
    await page.getByRole('heading', { name: '2 patterns' }).waitFor();
    await page.getByRole('heading', { name: '8 memories' }).waitFor();
    const bees = ['hive was warm', 'queen lays again', 'swarm came back', 'frames are full of honey'];
    const memories = bees.map((what) => ({
      agent_id: AGENT,
      type: 'fact',
      content: `The beekeeper checked the bees, the bees of the beekeeper: the ${what}.`,
    }));

    const { body } = await api.post('/v1/memories/batch', { memories });
    await page.getByRole('button', { name: 'Draw 4 new' }).waitFor();
    await untilIndexed();
    await api.post('/v1/patterns/discover', { min_cluster_size: 4 });
    await page.getByRole('heading', { name: '3 patterns' }).waitFor();
    await page.getByRole('heading', { name: '12 memories' }).waitFor();
    await api.delete(`/v1/memories/${body.memories[0].id}`);

    await page.getByRole('heading', { name: '11 memories' }).waitFor();
    await close();
  });

  it.each(['light', 'dark'] as const)('is accessible while %s, with a pattern chosen', async (theme) => {
    const { page, faults, close } = await open({ theme });
    await page.getByRole('button', { name: /cello/ }).click();
    await page.locator('.members a', { hasText: 'cello' }).first().waitFor();
    await page.waitForLoadState('networkidle');

    await page.evaluate(AXE);
    const { violations }: { violations: { id: string; nodes: { html: string }[] }[] } =
      await page.evaluate('axe.run("main")');

    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it('fits into 360 px', async () => {
    const { page, close } = await open({ width: 360 });
    await page.getByRole('button', { name: /cello/ }).click();
    await page.locator('.members a', { hasText: 'cello' }).first().waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await close();
  });
});
