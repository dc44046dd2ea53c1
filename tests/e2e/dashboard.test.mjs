// The dashboard in Chromium: pushes from a background thread, every action, dark mode and a narrow window.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, serve, until } from './support.mjs';

let browser;
let server;
before(async () => {
    browser = await launch();
    server = await serve('dashboard');
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

test('the background thread moves the clock of every page', async () => {
    const contexts = [await browser.newContext(), await browser.newContext()];
    for (const context of contexts) {
        const page = await open(context, server.url);
        const before = await page.textContent('time');
        await page.waitForFunction((old) => document.querySelector('time').textContent !== old, before, { timeout: 5000 });
        assert.deepEqual(page.problems, []);
    }
    for (const context of contexts) await context.close();
});

test('counter, tasks and notifications', async () => {
    const context = await browser.newContext();
    const page = await open(context, server.url);
    for (let i = 1; i <= 10; i++) {
        await page.click('button[value=increment_counter]');
        await until(page, 'output', String(i));
    }
    assert.equal(await page.isDisabled('button[value=increment_counter]'), true);
    assert.equal(await page.locator('.history li').count(), 10);
    await page.waitForSelector('.notices li.success');
    await page.click('.notices li.success button');
    await page.waitForFunction(() => document.querySelectorAll('.notices li').length === 1);
    await page.click('button[value=reset_counter]');
    await until(page, 'output', '0');
    await page.fill('#title', 'Ship it');
    await page.selectOption('#priority', 'high');
    await page.click('button[value=add_task]');
    await until(page, '.tasks li:last-child .what span', 'Ship it');
    await until(page, '.tasks li:last-child .badge', 'high');
    await page.click('.tasks li:last-child button[value=toggle_task]');
    await page.waitForSelector('.tasks li:last-child.completed');
    await page.click('button[value=toggle_show_completed]');
    await page.waitForFunction(() => document.querySelectorAll('.tasks li.completed').length === 0);
    assert.deepEqual(page.problems, []);
    await context.close();
});

test('an update is small beside the page', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const frames = [];
    page.on('websocket', (socket) => socket.on('framereceived', (frame) => frames.push(String(frame.payload))));
    await page.goto(server.url);
    await page.waitForFunction(() => Number(document.querySelectorAll('dd')[4].textContent.split(' ')[0]) > 0 &&
        Number(document.querySelectorAll('dd')[4].textContent.split(' ')[0]) < 300, null, { timeout: 8000 });
    assert.ok(frames[0].includes('"f":'), 'the first message is complete');
    assert.ok(frames.at(-1).length < 300, `an update of the clock has ${frames.at(-1).length} bytes`);
    await context.close();
});

test('it fits a narrow window, light and dark', async () => {
    for (const colorScheme of ['light', 'dark']) {
        const context = await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme });
        const page = await open(context, server.url);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
        const [ground, ink] = await page.evaluate(() => {
            const style = getComputedStyle(document.body);
            return [style.backgroundColor, style.color].map((c) => Math.max(...c.match(/\d+/g).map(Number)));
        });
        assert.equal(ground > ink, colorScheme === 'light');
        await context.close();
    }
});
