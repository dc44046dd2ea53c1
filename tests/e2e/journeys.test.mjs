// Random journeys in Chromium: after each update the document is what the parser makes of the page that the server prints for the
// same state.
//
// The journeys are those of client/test/journeys.jsonl, or with LVT_JOURNEYS=N as many others, made by the program of
// tests/render/test_property.c (LVT_JOURNEYS_PROGRAM, LVT_SEED). A small server gives a page with the client, and on its live
// connection sends the updates of all journeys one after the other, each journey with shapes of its own. Behind each update a
// script of the page compares the live region with a region that the parser makes anew; what it finds is compared here. It looks at
// elements, attributes, text and comments, and at what fields show: nobody has touched them, so they show what the page says.
// Left out, since they differ by right: the order of attributes, where text is split into nodes, and what stands in scripts, which
// run once and stay as they were. Left out too are pages whose end tags close the region itself, so that it is not the page.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { launch, root } from './support.mjs';

const BATCH = 500;

function* parse(lines) {
    for (const line of lines.split('\n')) if (line) yield JSON.parse(line);
}

function* journeys() {
    const count = Number(process.env.LVT_JOURNEYS ?? 0);
    if (!count) return yield* parse(readFileSync(path.join(root, 'client/test/journeys.jsonl'), 'utf8'));
    const program = process.env.LVT_JOURNEYS_PROGRAM ?? path.join(root, 'build/asan/tests/render_test_property');
    let seed = Number(process.env.LVT_SEED ?? 1);
    for (let done = 0; done < count; done += BATCH) {
        const run = spawnSync(program, ['--export', String(Math.min(BATCH, count - done)), String(seed), '100000'],
            { encoding: 'utf8', maxBuffer: 2 ** 30 });
        assert.equal(run.status, 0, run.stderr);
        for (const journey of parse(run.stdout)) {
            seed = journey.seed + 1;
            yield journey;
        }
    }
}

// Give the shapes of a tree other numbers, in place.
function renumber(value, first) {
    if (Array.isArray(value)) value.forEach((one) => renumber(one, first));
    else if (value !== null && typeof value === 'object') {
        for (const name of Object.keys(value)) if (name !== 's') renumber(value[name], first);
        if ('f' in value) value.f += first;
    }
    return value;
}

// All steps of some journeys as the messages of one connection, and the pages that they lead to.
function messagesOf(some) {
    const steps = [];
    let first = 0, sequence = 0;
    for (const { seed, steps: own } of some) {
        let html = '';
        // Each begins with an empty page.
        first += 10000;
        steps.push({ seed, index: -1, html, message: JSON.stringify({ v: 1, seq: ++sequence, tree: { f: first, s: [''] } }) });
        own.forEach((step, index) => {
            if (step.new) first += 10000;
            html = step.html ?? html;
            const tree = renumber(step.tree, first);
            steps.push({ seed, index, html, message: JSON.stringify({ v: 1, seq: ++sequence, tree }) });
        });
    }
    return steps;
}

// A text frame of the server.
function frame(text) {
    const data = Buffer.from(text);
    const head = data.length < 126 ? Buffer.from([0x81, data.length]) : Buffer.alloc(data.length < 65536 ? 4 : 10);
    if (data.length >= 126) {
        head[0] = 0x81;
        head[1] = data.length < 65536 ? 126 : 127;
        if (data.length < 65536) head.writeUInt16BE(data.length, 2);
        else head.writeBigUInt64BE(BigInt(data.length), 2);
    }
    return Buffer.concat([head, data]);
}

// Runs in the page: compares behind each update, and keeps the first difference of each journey.
function probe() {
    // Of options, those that are in a list: another one is not shown.
    const fieldsOf = (region) => [...region.querySelectorAll('input,textarea,select,details')].map((field) =>
        [field.nodeName, field.value, field.checked, field.open, [...field.options ?? []].map((option) => [option.value, option.selected])]);
    const plain = (region, scripts) => {
        const copy = region.cloneNode(true);
        for (const element of copy.querySelectorAll('*')) {
            for (const attribute of [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
                element.removeAttributeNode(attribute);
                element.setAttributeNode(attribute);
            }
            if (element.nodeName === 'SCRIPT' && scripts) element.replaceWith('script');
        }
        return copy.innerHTML;
    };
    const seen = { count: 0, loose: 0, differences: [] };
    // The client complains of an update that does not fit, and asks for a complete tree, which nobody sends here.
    console.warn = (...words) => {
        const { seed, index } = window.journeys.wanted[seen.count];
        seen.differences.push({ seed, index, shows: words.join(' '), wants: 'an update that fits' });
        window.journeys.done = true;
    };
    const broken = new Set();
    window.journeys = { seen, wanted: [], done: null };
    document.addEventListener('lvt:updated', ({ detail }) => {
        const { seed, index, html } = window.journeys.wanted[detail.seq - 1];
        if (++seen.count === window.journeys.wanted.length) window.journeys.done = true;
        const live = document.querySelector('[data-lvt-id]');
        const page = `<!doctype html><body><div data-lvt-id="x">${html}</div>`;
        const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('[data-lvt-id]');
        const pairs = [];
        if (fresh.nextSibling) return void seen.loose++;
        const scripts = [live, fresh].some((region) => region.querySelector('script:not([type])'));
        if (live.innerHTML !== fresh.innerHTML) pairs.push([plain(live, scripts), plain(fresh, scripts)]);
        pairs.push([fieldsOf(live), fieldsOf(fresh)].map((fields) => JSON.stringify(fields)));
        for (const [shows, wants] of pairs)
            if (shows !== wants && !broken.has(seed)) {
                broken.add(seed);
                seen.differences.push({ seed, index, shows, wants });
            }
    });
}

let browser, server, url, steps = [];
before(async () => {
    const client = readFileSync(path.join(root, 'client/dist/livetemplate.js'));
    server = createServer((request, response) => {
        if (request.url === '/steps') {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify(steps.map(({ seed, index, html }) => ({ seed, index, html }))));
        } else if (request.url === '/client.js') {
            response.writeHead(200, { 'content-type': 'text/javascript' });
            response.end(client);
        } else if (request.url === '/') {
            response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
            response.end(`<!doctype html><body><div data-lvt-id="x" data-lvt-token="t"></div><script>(${probe})();
fetch('/steps').then((answer) => answer.json()).then((wanted) => {
    window.journeys.wanted = wanted;
    document.body.append(Object.assign(document.createElement('script'), { src: '/client.js' }));
});</script>`);
        } else {
            response.writeHead(204).end();
        }
    });
    server.on('upgrade', (request, socket) => {
        const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
            .digest('base64');
        socket.on('error', () => {});
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: livetemplate.v1\r\n\r\n`);
        for (const { message } of steps) socket.write(frame(message));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${server.address().port}/`;
    browser = await launch();
});
after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
});

async function travel(context, some) {
    steps = messagesOf(some);
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.journeys.done, null, { timeout: 300000 });
    const seen = await page.evaluate(() => window.journeys.seen);
    await page.close();
    return seen;
}

test('random journeys show what a fresh page shows', async (t) => {
    const context = await browser.newContext();
    const tally = { journeys: 0, steps: 0, seen: 0, loose: 0 };
    const differences = [];
    let batch = [];
    const flush = async () => {
        if (!batch.length) return;
        const seen = await travel(context, batch);
        tally.journeys += batch.length;
        tally.steps += steps.length;
        tally.seen += seen.count;
        tally.loose += seen.loose;
        differences.push(...seen.differences);
        batch = [];
    };
    for (const journey of journeys()) {
        batch.push(journey);
        if (batch.length === BATCH) await flush();
    }
    await flush();
    await context.close();
    t.diagnostic(`${tally.journeys} journeys, ${tally.steps} updates, ${tally.loose} of them left out`);
    differences.sort((a, b) => (a.shows.length - b.shows.length));
    const [first] = differences;
    assert.ok(!first, first && `${differences.length} journeys differ: ${differences.map(({ seed }) => seed)}\nseed ${first.seed}, ` +
        `step ${first.index}\nshows ${first.shows}\nwants ${first.wants}`);
    assert.equal(tally.seen, tally.steps);
    assert.ok(tally.loose * 20 < tally.steps);
    assert.ok(tally.journeys > 100);
});
