// The chat of rooms, by keyboard, by two people at once, and without JavaScript.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, ready, serve, until } from './support.mjs';

let browser, server;
before(async () => {
    [browser, server] = [await launch(), await serve('rooms')];
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const count = (page, wanted) =>
    page.waitForFunction((n) => document.querySelectorAll('.log li').length === n, wanted, { timeout: 10000 });

test('people in a room see each other, those in another do not', async () => {
    const ann = await open(await browser.newContext(), server.url);
    await ann.keyboard.type('Ann');
    await ann.keyboard.press('Enter');
    await ann.waitForURL(/name=Ann/);
    await ready(ann);
    const ben = await open(await browser.newContext({ colorScheme: 'dark' }), `${server.url}?room=lobby&name=Ben`);
    const cleo = await open(await browser.newContext(), `${server.url}?room=garden&name=Cleo`);
    await until(ann, '.people', 'AnnBen');
    await ann.keyboard.type('Good <b>morning</b>');
    await ann.keyboard.press('Enter');
    await count(ben, 1);
    assert.equal(await ben.locator('.log li p').innerText(), 'Good <b>morning</b>');
    assert.equal(await ann.evaluate(() => document.activeElement.id), 'text');
    await ann.keyboard.press('Enter');
    await until(ann, '#text-error', 'Message is required');
    assert.equal(await cleo.locator('.log li').count(), 0);
    await ben.click('nav a:has-text("garden")');
    await ready(ben);
    await until(cleo, '.people', 'CleoBen');
    await until(ann, '.people', 'Ann');
    for (const page of [ann, ben, cleo]) assert.deepEqual(page.problems, []);
});

test('the newest message is in sight', async () => {
    const page = await open(await browser.newContext({ viewport: { width: 400, height: 500 } }),
        `${server.url}?room=kitchen&name=Dora`);
    for (let i = 1; i <= 15; i++) {
        await page.fill('#text', `line ${i}`);
        await page.keyboard.press('Enter');
        await count(page, i);
    }
    assert.ok(await page.evaluate(() => {
        const log = document.querySelector('.log').getBoundingClientRect();
        return document.querySelector('.log li:last-child').getBoundingClientRect().bottom <= log.bottom + 1;
    }));
});

test('works without JavaScript, in the room that was asked for', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${server.url}?room=garden&name=Eve`);
    await page.fill('#text', 'from a form');
    await page.click('button:has-text("Send")');
    assert.equal(page.url(), `${server.url}?room=garden&name=Eve`);
    assert.match(await page.locator('.log').innerText(), /Eve.*from a form/s);
    assert.equal((await page.goto(`${server.url}?room=cellar`)).status(), 404);
});
