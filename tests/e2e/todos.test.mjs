// The todo list in Chromium: tabs in step, browsers apart, typed text and node identity kept, no JavaScript, restart of the server.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, ready, serve, until } from './support.mjs';

let browser;
let server;
before(async () => {
    browser = await launch();
    server = await serve('todos');
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const add = async (page, title) => {
    await page.fill('#title', title);
    await page.click('button[value=add]');
    await page.waitForFunction((wanted) => [...document.querySelectorAll('li .title')].some((e) => e.textContent === wanted), title);
};
const titles = (page) => page.$$eval('li .title', (all) => all.map((e) => e.textContent));
const row = (title) => `li:has(.title:text-is("${title}"))`;

test('two tabs of one browser stay in step; another browser sees nothing of it', async () => {
    const mine = await browser.newContext();
    const other = await browser.newContext();
    const first = await open(mine, server.url);
    const second = await open(mine, server.url);
    const foreign = await open(other, server.url);
    await add(first, 'buy milk & <b>bread</b>');
    await until(second, 'li .title', 'buy milk & <b>bread</b>');
    await second.click(`${row('buy milk & <b>bread</b>')} button[value=toggle]`);
    await first.waitForSelector('li.done');
    assert.equal(await first.title(), 'Todos');
    assert.deepEqual(await titles(foreign), []);
    assert.equal(await foreign.locator('.empty').count(), 1);
    for (const page of [first, second, foreign]) assert.deepEqual(page.problems, []);
    await mine.close();
    await other.close();
});

test('text half typed survives an update that changes its neighbours', async () => {
    const context = await browser.newContext();
    const typing = await open(context, server.url);
    const acting = await open(context, server.url);
    await typing.click('#title');
    await typing.keyboard.type('half ty');
    await typing.keyboard.press('ArrowLeft');
    await add(acting, 'a new neighbour');
    await until(typing, 'li .title', 'a new neighbour');
    assert.equal(await typing.inputValue('#title'), 'half ty');
    assert.deepEqual(await typing.evaluate(() => [document.activeElement.id, document.activeElement.selectionStart]), ['title', 6]);
    await typing.keyboard.type('-');
    assert.equal(await typing.inputValue('#title'), 'half t-y');
    await context.close();
});

test('adding, removing and moving rows leaves the other nodes the same objects', async () => {
    const context = await browser.newContext();
    const page = await open(context, server.url);
    for (const title of ['one', 'two', 'three', 'four']) await add(page, `row ${title}`);
    await page.evaluate(() => {
        window.kept = Object.fromEntries([...document.querySelectorAll('li')].map((e) => [e.dataset.key, e]));
    });
    const same = () => page.evaluate(() => [...document.querySelectorAll('li')].map((e) => window.kept[e.dataset.key] === e));
    await page.click(`${row('row four')} button[value=up]`);
    await page.waitForFunction(() => document.querySelectorAll('li .title')[2].textContent === 'row four');
    assert.deepEqual(await titles(page), ['row one', 'row two', 'row four', 'row three']);
    assert.deepEqual(await same(), [true, true, true, true]);
    await page.click(`${row('row two')} button[value=remove]`);
    await page.waitForFunction(() => document.querySelectorAll('li').length === 3);
    assert.deepEqual(await same(), [true, true, true]);
    await add(page, 'row five');
    assert.deepEqual(await titles(page), ['row one', 'row four', 'row three', 'row five']);
    assert.deepEqual(await same(), [true, true, true, false]);
    assert.deepEqual(page.problems, []);
    await context.close();
});

test('editing, filtering, and errors of validation', async () => {
    const context = await browser.newContext();
    const page = await open(context, server.url);
    await page.fill('#title', 'no');
    await page.click('button[value=add]');
    await until(page, '#title-error', 'Title must be at least 3 characters');
    assert.equal(await page.inputValue('#title'), 'no');
    await add(page, 'right now');
    assert.equal(await page.locator('#title-error').count(), 0);
    assert.equal(await page.inputValue('#title'), '');
    await page.click(`${row('right now')} button[value=edit]`);
    await page.waitForSelector('form.edit');
    await page.fill('form.edit input[name=title]', 'later');
    await page.keyboard.press('Enter');
    await until(page, 'li .title', 'later');
    await page.click('button[value=toggle]');
    await page.waitForSelector('li.done');
    await page.click('button[value=show_open]');
    await page.waitForFunction(() => document.querySelectorAll('li').length === 0);
    await page.click('button[value=show_done]');
    await page.waitForSelector('li.done');
    await page.click('button[value=clear_done]');
    await page.waitForSelector('.empty');
    assert.deepEqual(page.problems, []);
    await context.close();
});

test('form events: pending, then success or error, then done', async () => {
    const context = await browser.newContext();
    const page = await open(context, server.url);
    await page.evaluate(() => {
        window.seen = [];
        for (const name of ['pending', 'success', 'error', 'done'])
            document.addEventListener(`lvt:${name}`, (event) => window.seen.push(`${name} ${event.target.id}`));
    });
    await page.fill('#title', 'x');
    await page.click('button[value=add]');
    await page.waitForFunction(() => window.seen.length === 3);
    await page.fill('#title', 'long enough');
    await page.click('button[value=add]');
    await page.waitForFunction(() => window.seen.length === 6);
    assert.deepEqual((await page.evaluate(() => window.seen)).sort(),
        ['done add', 'done add', 'error add', 'pending add', 'pending add', 'success add']);
    await context.close();
});

test('the page works without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.fill('#title', 'no');
    await page.click('button[value=add]');
    assert.equal(await page.textContent('#title-error'), 'Title must be at least 3 characters');
    assert.equal(await page.inputValue('#title'), 'no');
    await page.fill('#title', 'posted plainly');
    await page.click('button[value=add]');
    assert.equal(new URL(page.url()).pathname, '/');
    assert.deepEqual(await titles(page), ['posted plainly']);
    await page.click('button[value=toggle]');
    assert.equal(await page.locator('li.done').count(), 1);
    await page.click('button[value=remove]');
    assert.equal(await page.locator('.empty').count(), 1);
    await context.close();
});

test('the keyboard is enough', async () => {
    const context = await browser.newContext();
    const page = await open(context, server.url);
    await page.focus('#title');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await until(page, 'li .title', 'by keyboard');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'title');
    for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(() => document.activeElement.value === 'toggle')) break;
    }
    await page.keyboard.press('Space');
    await page.waitForSelector('li.done');
    assert.equal(await page.evaluate(() => document.activeElement.value), 'toggle');
    await context.close();
});

test('a server that is killed and started again gets its pages back', async () => {
    const own = await serve('todos');
    const context = await browser.newContext();
    const page = await open(context, own.url);
    await add(page, 'gone with the process');
    await own.kill();
    await page.waitForSelector('[data-lvt-status=disconnected],[data-lvt-status=connecting]', { state: 'attached' });
    const again = await serve('todos', own.port);
    await ready(page);
    await page.waitForSelector('.empty');
    await add(page, 'in the new process');
    assert.deepEqual(await titles(page), ['in the new process']);
    await context.close();
    await again.stop();
});
