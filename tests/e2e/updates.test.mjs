// Updates in Chromium, with the client as it is built and a test that plays its server: nodes that an update does not concern keep
// all that they have, and after random journeys the page is what a browser reads from the server.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { launch, root } from './support.mjs';

let browser, server, url;
const script = await readFile(path.join(root, 'client/dist/livetemplate.js'), 'utf8');

// A WebSocket that the test speaks through: window.say(tree).
function playServer() {
    let socket, sequence;
    window.WebSocket = class {
        constructor() {
            socket = this;
            sequence = 0;
            this.readyState = 1;
            setTimeout(() => this.onopen());
        }
        send() {}
        close() {}
    };
    window.say = (tree) => socket.onmessage({ data: JSON.stringify({ v: 1, seq: ++sequence, tree }) });
    // Another client on another page in the same document.
    window.begin = async (client, html) => {
        document.body.innerHTML = '<div data-lvt-id="x" data-lvt-token="t" lvt-loading="off"></div>';
        document.body.firstChild.innerHTML = html;
        delete window.liveTemplate;
        new Function(client)();
        await new Promise((resolve) => setTimeout(resolve));
        return document.body.firstChild;
    };
}

before(async () => {
    browser = await launch();
    server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!doctype html><meta charset="utf-8"><title>t</title><body></body>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${server.address().port}/`;
});

after(async () => {
    await browser?.close();
    server?.close();
});

async function open() {
    const page = await browser.newPage();
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(String(error)));
    await page.addInitScript(playServer);
    await page.goto(url);
    return page;
}

// ---- what stays ----

const ROW = ['<li data-key="', '" class="', '"><input value="', '"> ', '</li>'];
const item = (key) => ({ 0: key, 1: 'row', 2: `value ${key}`, 3: `text ${key}` });
const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
const PAGE = {
    f: 1,
    s: ['<style>@keyframes turn{to{rotate:1turn}} .turn{animation:turn 60s linear infinite} ul{height:200px;overflow:auto;overflow-anchor:none} li{height:40px}</style><h1 title="', '">',
        '</h1>', '<p id="read">Some text to read, with ', ' in it.</p><div class="turn"></div><ul>', '</ul><video muted></video>',
        '<details><summary>more</summary>', '</details>'],
    0: 'title', 1: 'heading', 2: '', 3: 'this', 4: { f: 2, s: ROW, d: keys.map(item), m: { idKey: '0' } }, 5: '', 6: 'details',
};
// A row that holds what does not like to be moved.
const PRECIOUS = '<iframe srcdoc="<p>frame</p>"></iframe><b class="turn"></b>';

const updates = [
    ['a text', { 1: 'other heading' }],
    ['a text beside the selected one', { 3: 'that' }],
    ['an attribute', { 0: 'other title' }],
    ['a branch that comes', { 2: { f: 3, s: ['<section>', '</section>'], 0: 'x' } }],
    ['a text in a branch', { 2: { 0: 'y' } }],
    ['a branch that goes', { 2: '' }],
    ['a branch between siblings', { 5: { f: 4, s: ['<hr><em>e</em> and text'] } }],
    ['text in details that are open', { 6: 'changed' }],
    ['a row', { 4: [['u', 'k11', { 3: 'changed', 1: 'row red' }]] }],
    ['the text of the row in use', { 4: [['u', 'k12', { 3: 'changed', 2: 'server' }]] }],
    ['a row before it', { 4: [['i', 'k10', 11, item('n1')]] }],
    ['a row that goes', { 4: [['r', 'k3']] }],
    ['rows appended', { 4: [['a', [item('n2'), item('n3')]]] }],
    ['the row in use moved', { 4: [['m', 'k12', 'k14']] }],
    ['two rows swapped', { 4: [['m', 'k30', 'k1'], ['m', 'k2', 'k29']] }],
    ['two rows swapped that hold a frame and the focus', { 4: [['m', 'k12', 'k19'], ['m', 'k20', 'k14']] }],
    ['all rows in reverse', (order) => ({ 4: [['o', order.reverse()]] })],
];

test('what an update does not concern keeps its identity and its state', async () => {
    const page = await open();
    await page.evaluate(async ([client, tree, precious]) => {
        tree[4].d[20][3] = precious;
        const print = (node) => node.s.reduce((html, text, i) => html + (node[i - 1]?.d ?? [node[i - 1]])
            .map((value) => typeof value === 'object' ? print({ s: node[i - 1].s, ...value }) : value).join('') + text);
        const region = await window.begin(client, print(tree));
        window.say(tree);
        const find = (selector) => region.querySelector(selector);
        const row = (key) => find(`[data-key=${key}]`);
        find('details').open = true;
        // Media that plays.
        const canvas = document.createElement('canvas');
        canvas.getContext('2d').fillRect(0, 0, 1, 1);
        const video = find('video');
        video.srcObject = canvas.captureStream(30);
        window.pauses = 0;
        video.addEventListener('pause', () => window.pauses++);
        await video.play();
        if (!row('k20').querySelector('iframe').contentWindow?.document.querySelector('p'))
            await new Promise((resolve) => row('k20').querySelector('iframe').addEventListener('load', resolve, { once: true }));
        row('k20').querySelector('iframe').contentWindow.mark = 'kept';
        find('ul').scrollTop = 440;
        const input = row('k12').querySelector('input');
        input.focus({ preventScroll: true });
        input.value = 'typed';
        input.setSelectionRange(1, 3, 'backward');
        window.blurs = 0;
        input.addEventListener('blur', () => window.blurs++);
        window.region = region;
        window.nodes = new Map([...region.querySelectorAll('*')].map((element) => [element, element.getAttribute('data-key')]));
        window.input = input;
        window.starts = document.getAnimations().map((animation) => [animation, animation.startTime]);
        if (window.starts.length !== 2) throw new Error('no animations');
        await Promise.all(window.starts.map(([animation]) => animation.ready));
        window.starts = document.getAnimations().map((animation) => [animation, animation.startTime]);
    }, [script, PAGE, PRECIOUS]);
    let gone = 0;
    for (const [name, update] of updates) {
        const order = await page.evaluate(() => [...window.region.querySelectorAll('li')].map((row) => row.dataset.key));
        const tree = typeof update === 'function' ? update(order) : update;
        if (name === 'a row that goes') gone = 2;
        const now = await page.evaluate((changes) => {
            const { region, input } = window;
            window.say(changes);
            return {
                lost: [...window.nodes].filter(([element]) => !region.contains(element)).length,
                renamed: [...window.nodes].filter(([element, key]) => element.getAttribute('data-key') !== key).length,
                inUse: document.activeElement === input,
                value: input.value,
                selection: [input.selectionStart, input.selectionEnd, input.selectionDirection],
                blurs: window.blurs,
                scrolled: region.querySelector('ul').scrollTop,
                open: region.querySelector('details').open,
                plays: !region.querySelector('video').paused,
                pauses: window.pauses,
                frame: region.querySelector('iframe').contentWindow.mark,
                animated: window.starts.every(([animation, start]) => animation.startTime === start && animation.playState === 'running' &&
                    document.getAnimations().includes(animation)),
            };
        }, tree);
        assert.deepEqual(now, { lost: gone, renamed: 0, inUse: true, value: 'typed', selection: [1, 3, 'backward'], blurs: 0, scrolled: 440,
            open: true, plays: true, pauses: 0, frame: 'kept', animated: true }, name);
    }
    // A selection of the page's text.
    const selected = await page.evaluate(() => {
        const text = window.region.querySelector('#read').firstChild;
        getSelection().setBaseAndExtent(text, 5, text, 9);
        window.say({ 1: 'again', 3: 'the other', 4: [['p', [{ 0: 'n9', 1: '', 2: '', 3: '' }]]] });
        return getSelection().toString();
    });
    assert.equal(selected, 'text');
    assert.deepEqual(page.problems, []);
    await page.close();
});

test('options with elements between them and their list are chosen as in a fresh page, until somebody chooses', async () => {
    const page = await open();
    const chosen = await page.evaluate(async (client) => {
        const OPTION = ['<option value="', '"', '>', '</option>'];
        const option = (key, more) => ({ 0: key, 1: more ?? '', 2: key });
        const region = await window.begin(client, '<select><div><option value="a">a</option></div></select>');
        window.say({ f: 1, s: ['<select><div>', '</div></select>'], 0: { f: 2, s: OPTION, d: [option('a')], m: { idKey: '0' } } });
        const select = region.querySelector('select');
        const values = [select.value];
        const say = (...operations) => {
            window.say({ 0: operations });
            values.push(select.value);
        };
        say(['p', [option('b')]]);
        say(['i', 'b', 1, option('c', ' selected')], ['a', [option('d')]]);
        select.value = 'd';
        say(['r', 'a']);
        say(['r', 'd']);
        return values;
    }, script);
    assert.deepEqual(chosen, ['a', 'b', 'c', 'd', 'c']);
    assert.deepEqual(page.problems, []);
    await page.close();
});

test('a button in a button ends it, as when the page is loaded', async () => {
    const page = await open();
    const shown = await page.evaluate(async (client) => {
        const region = await window.begin(client, '');
        window.say({ f: 1, s: ['<button>a<b><button>', '</button></b></button>'], 0: 'x' });
        window.say({ 0: 'y' });
        return region.innerHTML;
    }, script);
    assert.equal(shown, '<button>a<b></b></button><b><button>y</button></b>');
    assert.deepEqual(page.problems, []);
    await page.close();
});

// ---- journeys that the server made ----

test('after the journeys of client/test/journeys.jsonl the page is what a browser reads from the server', async () => {
    const page = await open();
    const journeys = (await readFile(path.join(root, 'client/test/journeys.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
    const result = await page.evaluate(async ([client, all]) => {
        const plain = (element) => {
            const copy = element.cloneNode(true);
            for (const inner of copy.querySelectorAll('*')) {
                for (const attribute of [...inner.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
                    inner.removeAttributeNode(attribute);
                    inner.setAttributeNode(attribute);
                }
                // Scripts that run stay as they were.
                if (inner.nodeName === 'SCRIPT' && !inner.type) inner.replaceWith('script');
            }
            return copy.innerHTML;
        };
        const inert = document.implementation.createHTMLDocument('');
        let steps = 0;
        const wrong = [];
        for (const journey of all) {
            let region, html = '';
            for (const step of journey.steps) {
                html = step.html ?? html;
                if (step.new) region = await window.begin(client, html);
                window.say(step.tree);
                steps++;
                const fresh = inert.createElement('div');
                fresh.innerHTML = html;
                if (region.innerHTML === fresh.innerHTML || plain(region) === plain(fresh)) continue;
                wrong.push(`seed ${journey.seed}: ${JSON.stringify(step.tree)}\nshows ${region.innerHTML}\nwants ${fresh.innerHTML}`);
                break;
            }
        }
        return { steps, wrong: wrong.slice(0, 5) };
    }, [script, journeys]);
    assert.deepEqual(result.wrong, []);
    assert.ok(result.steps > 3000, `${result.steps} steps`);
    await page.close();
});

// ---- random pages, with HTML that only a browser's parser takes right ----

const client = createRequire(path.join(root, 'client/package.json'));
let esbuild = null;
try { esbuild = client('esbuild'); } catch { /* The client's tools are not installed. */ }

test('after random journeys through random pages, well-formed and odd, the page is what a browser reads from the server',
    { skip: esbuild ? false : 'needs the tools of client/' }, async () => {
        const entry = `
            import { Morpher } from "./src/morph"; import { Tree } from "./src/tree"; import { View } from "./src/view";
            import { asDocument, Journey, Random, TemplateMaker, text } from "./test/random_pages";
            const div = document.body.appendChild(document.createElement("div"));
            const morphers = [div, document.body].map((region) => new Morpher(region, null, () => false));
            const sorted = (element) => {
                const copy = element.cloneNode(true);
                for (const inner of copy.querySelectorAll("*"))
                    for (const attribute of [...inner.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
                        inner.removeAttributeNode(attribute); inner.setAttributeNode(attribute);
                    }
                return copy.innerHTML;
            };
            window.play = (first, count) => {
                let steps = 0;
                for (let seed = first; seed < first + count; seed++) for (const isOdd of [false, true]) {
                    // Every fourth page is a whole document.
                    const isPage = seed % 4 === 0;
                    const random = new Random(seed);
                    const template = new TemplateMaker(random, isOdd, text).template();
                    const journey = new Journey(random, isPage ? asDocument(template) : template);
                    const read = () => {
                        if (isPage) return new DOMParser().parseFromString(journey.html(), "text/html").body;
                        const fresh = document.createElement("div");
                        fresh.innerHTML = journey.html();
                        return fresh;
                    };
                    const morpher = morphers[isPage ? 1 : 0];
                    const { region } = morpher;
                    if (!isPage) document.body.replaceChildren(region);
                    region.innerHTML = read().innerHTML;
                    const view = new View(morpher), tree = new Tree();
                    view.show(tree, JSON.parse(JSON.stringify(journey.complete())));
                    for (let step = 0; step < 12; step++, steps++) {
                        const before = journey.html();
                        const update = JSON.stringify(journey.step());
                        view.show(tree, JSON.parse(update));
                        const fresh = read();
                        if (region.innerHTML !== fresh.innerHTML && sorted(region) !== sorted(fresh))
                            return { steps, wrong: "seed " + seed + (isOdd ? " odd" : "") + ", step " + step + ": " + update + "\\nof " + before +
                                "\\nshows " + region.innerHTML + "\\nwants " + fresh.innerHTML };
                    }
                }
                return { steps, wrong: "" };
            };`;
        const built = await esbuild.build({ stdin: { contents: entry, resolveDir: path.join(root, 'client'), loader: 'ts' }, bundle: true, format: 'iife',
            target: 'es2020', write: false });
        const page = await open();
        await page.evaluate((code) => { new Function(code)(); }, built.outputFiles[0].text);
        const count = Number(process.env.LVT_PAGES ?? 500);
        for (let done = 0; done < count; done += 100) {
            const result = await page.evaluate(([from, some]) => window.play(from, some), [1 + done, Math.min(100, count - done)]);
            assert.equal(result.wrong, '');
        }
        await page.close();
    });
