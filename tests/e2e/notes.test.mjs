// Notes behind a name and a password (HTTP Basic): logging in, to each his own, and what becomes of an open page when the
// password is no good any more.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, ready, serve, until } from './support.mjs';

const accounts = (ann) => ({ NOTES_ACCOUNTS: `ann:${ann} ben:open` });

let browser, server;
before(async () => { browser = await launch(); });
beforeEach(async () => {
    await server?.stop();
    server = await serve('notes', 0, accounts('sesame'));
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

const as = (username, password) => browser.newContext({ httpCredentials: { username, password } });

// The same server on the same port, where Ann has another password.
async function changePassword(password) {
    await server.stop();
    server = await serve('notes', server.port, accounts(password));
}

const note = async (page, text) => {
    await page.fill('#text', text);
    await page.keyboard.press('Enter');
};

const status = (page, wanted) => page.waitForSelector(`[data-lvt-status=${wanted}]`, { state: 'attached', timeout: 20000 });

test('whoever has no good password is told nothing', async () => {
    const people = { none: [], 'of another': ['ann', 'open'], unknown: ['nobody', 'sesame'], empty: ['ann', ''] };
    for (const [name, credentials] of Object.entries(people)) {
        const context = name === 'none' ? await browser.newContext() : await as(...credentials);
        const page = await context.newPage();
        const refused = page.waitForResponse((answer) => answer.status() === 401);
        // Chromium shows the answer to those who do not try, and an error to those who do.
        await page.goto(server.url).catch((error) => assert.match(error.message, /ERR_INVALID_AUTH_CREDENTIALS/, name));
        assert.match((await refused).headers()['www-authenticate'], /^Basic realm="notes"/, name);
        assert.equal(await page.locator('[data-lvt-id]').count(), 0, name);
        await context.close();
    }
});

test('everybody has his own notes, on all of his devices', async () => {
    const ann = await open(await as('ann', 'sesame'), server.url);
    const phone = await open(await as('ann', 'sesame'), server.url);
    const ben = await open(await as('ben', 'open'), server.url);
    assert.equal(await ann.title(), 'Notes of ann');
    assert.equal(await ben.title(), 'Notes of ben');
    await note(ann, 'a secret of Ann');
    await until(phone, 'li span', 'a secret of Ann');
    await note(ben, 'a secret of Ben');
    await until(ben, 'li span', 'a secret of Ben');
    await note(phone, 'another one');
    await until(ann, 'li:nth-child(2) span', 'another one');
    assert.equal(await ben.locator('li').count(), 1);
    assert.equal(await ann.locator('li').count(), 2);
    assert.doesNotMatch(await ben.content(), /of Ann/);
    assert.doesNotMatch(await ann.content(), /of Ben/);
    await ben.reload();
    await ready(ben);
    assert.equal(await ben.locator('li').count(), 1);
    assert.doesNotMatch(await ben.content(), /of Ann/);
    await note(ann, '');
    await until(ann, '#text-error', 'Text is required');
    for (const page of [ann, phone, ben]) assert.deepEqual(page.problems, []);
});

test('without JavaScript too', async () => {
    const page = await (await browser.newContext({
        javaScriptEnabled: false, httpCredentials: { username: 'ben', password: 'open' },
    })).newPage();
    await page.goto(server.url);
    await page.fill('#text', 'from a form');
    await page.click('button:has-text("Add")');
    assert.equal(await page.locator('li span').innerText(), 'from a form');
});

test('a page whose password is no good any more is loaded again, and refused', async () => {
    const ann = await open(await as('ann', 'sesame'), server.url);
    const ben = await open(await as('ben', 'open'), server.url);
    await note(ann, 'a secret of Ann');
    await until(ann, 'li span', 'a secret of Ann');
    // Not the fetch by which the client finds out, but the page itself.
    const refused = ann.waitForResponse((answer) => answer.status() === 401 && answer.request().isNavigationRequest(), { timeout: 30000 });
    await changePassword('changed');
    await refused;
    await ann.waitForFunction(() => document.querySelector('[data-lvt-id]') === null);
    assert.doesNotMatch(await ann.content(), /a secret of Ann/);
    // Whose password is still good does not notice.
    await status(ben, 'connected');
    await note(ben, 'still here');
    await until(ben, 'li span', 'still here');
    const again = await open(await as('ann', 'changed'), server.url);
    assert.equal(await again.title(), 'Notes of ann');
});

test('what was typed and not sent stays, until the person is let in again', async () => {
    const context = await as('ann', 'sesame');
    const ann = await open(context, server.url);
    await ann.evaluate(() => {
        window.refusals = [];
        document.addEventListener('lvt:refused', (event) => window.refusals.push(event.detail.status));
    });
    await ann.fill('#text', 'not sent yet');
    await changePassword('changed');
    await status(ann, 'refused');
    assert.deepEqual(await ann.evaluate(() => window.refusals), [401]);
    assert.equal(await ann.inputValue('#text'), 'not sent yet');
    // She logs in elsewhere, and comes back to the page.
    await context.setHTTPCredentials({ username: 'ann', password: 'changed' });
    await ann.evaluate(() => window.dispatchEvent(new Event('online')));
    await status(ann, 'connected');
    assert.equal(await ann.inputValue('#text'), 'not sent yet');
    await ann.focus('#text');
    await ann.keyboard.press('Enter');
    await until(ann, 'li span', 'not sent yet');
});
