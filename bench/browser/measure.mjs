// Measures in Chromium what an update of a page costs until it is shown, in several ways side by side: each round makes every
// step in every way, taking turns, and checks the page afterwards. Prints a table, or JSON with --json.
//
//   bench/browser/run [--rows 1000,10000] [--rounds 15] [--json]
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import { cpus } from 'node:os';
import { launch, root } from '../../tests/e2e/support.mjs';

const client = createRequire(path.join(root, 'client/package.json'));
const { build } = client('esbuild');

const options = { rows: '1000,10000', rounds: '15', json: false };
for (let i = 2; i < process.argv.length; i++) {
    const name = process.argv[i].replace(/^--/, '');
    if (!(name in options)) throw new Error(`unknown option ${process.argv[i]}`);
    options[name] = name === 'json' ? true : process.argv[++i];
}

const WAYS = ['update', 'morph', 'morphdom', 'innerHTML'];

// ---- the page and what a server sends for it: the form that `lvt replay bench/data/customers.tmpl` prints ----

const ROOT = ['<h1>', '</h1>\n<p>', ' customers</p>\n<table>\n<thead><tr><th>No.</th><th>Name</th><th>Email</th><th>Amount</th><th>Status</th>' +
    '<th>Since</th></tr></thead>\n<tbody>\n', '</tbody>\n</table>\n'];
const ROW = ['<tr data-key="', '"', '>\n<td>', '</td>\n<td>', '</td>\n<td><a href="mailto:', '">', '</a></td>\n<td class="amount">',
    '</td>\n<td><span class="', '">', '</span></td>\n<td>', '</td>\n</tr>\n'];

function item(id) {
    const status = ['paid', 'late', 'open'][id % 3];
    const row = { 0: `${id}`, 2: `${id}`, 3: `Name ${id}`, 4: `n${id}@example.org`, 5: `n${id}@example.org`, 6: (id * 1.5).toFixed(2),
        7: id % 3 ? { f: 4, 0: status === 'late' ? 'bad' : 'open' } : 'good', 8: status, 9: '2024-05-06' };
    if (id % 7 === 0) row[1] = ' class="closed"';
    return row;
}

const items = (first, count) => Array.from({ length: count }, (_, i) => item(first + i));

const complete = (count) => ({ f: 0, s: ROOT, 0: 'Customers', 1: `${count}`, 2: { f: 1, s: ROW, d: items(1, count), m: { idKey: "0" } } });

// Steps of one round, as functions of the number of rows and the round; they leave the list as long as it was.
function stepsOf(count) {
    let keys = Array.from({ length: count }, (_, i) => `${i + 1}`);
    let next = count + 1;
    return (round) => {
        const at = (share) => Math.floor(keys.length * share);
        const steps = [];
        const step = (name, tree) => steps.push([name, JSON.stringify(tree)]);
        step('change one field beside the list', { 0: `Customers ${round}` });
        step('change one row', { 2: [['u', keys[at(0.5)], { 3: `changed ${round}` }]] });
        step('change one field of every row', { 2: keys.map((key) => ['u', key, { 3: `Name ${key} ${round}` }]) });
        const [a, b] = [1, keys.length - 2];
        step('swap two rows', { 2: [['m', keys[b], keys[a - 1]], ['m', keys[a], keys[b - 1]]] });
        [keys[a], keys[b]] = [keys[b], keys[a]];
        step('append one row', { 1: `${keys.length + 1}`, 2: [['a', [item(next)]]] });
        keys.push(`${next++}`);
        const gone = at(0.4);
        step('remove one row', { 1: `${keys.length - 1}`, 2: [['r', keys[gone]]] });
        keys.splice(gone, 1);
        step('replace all rows', { 2: { f: 1, d: items(next, count), m: { idKey: '0' } } });
        keys = Array.from({ length: count }, (_, i) => `${next + i}`);
        next += count;
        return steps;
    };
}

// ---- the run ----

const { outputFiles } = await build({ entryPoints: [path.join(root, 'bench/browser/page.ts')], bundle: true, format: 'iife', minify: true,
    target: 'es2020', write: false, nodePaths: [path.join(root, 'client/node_modules')] });
const html = `<!doctype html><meta charset="utf-8"><title>bench</title><body><div id="region"></div><script>${outputFiles[0].text}</script>`;
const server = createServer((_, response) => {
    // Isolated pages have a clock with steps of 5 microseconds.
    response.writeHead(200, { 'content-type': 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });
    response.end(html);
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const median = (values) => {
    const sorted = [...values].sort((x, y) => x - y);
    return sorted.length % 2 ? sorted[sorted.length >> 1] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};
const quantile = (values, q) => [...values].sort((x, y) => x - y)[Math.min(values.length - 1, Math.floor(values.length * q))];

const browser = await launch();
const results = [];
try {
    for (const count of options.rows.split(',').map(Number)) {
        const next = stepsOf(count);
        const pages = {};
        const first = complete(count);
        // The branch's statics travel once, with the first row that shows it.
        first[2].d[0][7] = { f: 4, s: ['', ''], 0: 'bad' };
        for (const way of WAYS) {
            const page = pages[way] = await browser.newPage();
            await page.goto(`http://127.0.0.1:${server.address().port}/`);
            if (!await page.evaluate(() => window.bench.isolated())) throw new Error('the clock is coarse');
            await page.evaluate((name) => window.bench.start(name), way);
            await page.evaluate((text) => window.bench.step(text), JSON.stringify(first));
        }
        const times = new Map();
        const warm = 2;
        for (let round = -warm; round < Number(options.rounds); round++) {
            const steps = next(round);
            for (const [name, text] of steps) {
                for (let turn = 0; turn < WAYS.length; turn++) {
                    const way = WAYS[(turn + round + warm) % WAYS.length];
                    await pages[way].bringToFront();
                    const measured = await pages[way].evaluate((tree) => window.bench.step(tree), text);
                    if (round < 0) continue;
                    const key = `${name}/${way}`;
                    if (!times.has(key)) times.set(key, { rows: count, step: name, way, bytes: text.length, samples: [] });
                    times.get(key).samples.push(measured);
                }
            }
            for (const way of WAYS)
                if (!await pages[way].evaluate(() => window.bench.isRight())) throw new Error(`${way}: the page is wrong after round ${round}`);
        }
        for (const { samples, ...what } of times.values()) {
            const figures = (index) => {
                const values = samples.map((sample) => sample[index]);
                return { median: median(values), low: quantile(values, 0.1), high: quantile(values, 0.9) };
            };
            results.push({ ...what, nodes: figures(0), layout: figures(1), frame: figures(2) });
        }
        for (const way of WAYS) await pages[way].close();
    }
    report(browser.version());
} finally {
    await browser.close();
    server.close();
}

function report(version) {
    const about = { browser: `Chromium ${version}`, processor: cpus()[0].model.trim(), processors: cpus().length, rounds: Number(options.rounds) };
    if (options.json) return console.log(JSON.stringify({ ...about, results }));
    const ms = (value) => value < 1 ? value.toFixed(3) : value < 100 ? value.toFixed(2) : value.toFixed(0);
    console.log(`${about.browser}, headless, ${about.processor}, ${about.processors} processors; ${about.rounds} rounds.`);
    console.log(`
Milliseconds from the text of the message's tree, medians; in brackets the 10th and 90th of 100 of the same.
nodes: the tree is read and applied and the DOM is right. layout: and style and layout of the whole page are computed.
frame: and the next frame is drawn; frames come every 16.7 ms, so this is how late the change is seen.`);
    for (const count of new Set(results.map(({ rows }) => rows)))
        for (const [measure, title] of [['nodes', 'nodes'], ['layout', 'nodes and layout'], ['frame', 'until the next frame']]) {
            console.log(`\n#### ${count} rows, ${title}\n`);
            console.log(`| step | ${WAYS.join(' | ')} | morph / update | innerHTML / update |\n|---|${'---:|'.repeat(WAYS.length + 2)}`);
            for (const name of new Set(results.map(({ step }) => step))) {
                const of = (way) => results.find((result) => result.rows === count && result.step === name && result.way === way)[measure];
                const cells = WAYS.map((way) => `${ms(of(way).median)} (${ms(of(way).low)} to ${ms(of(way).high)})`);
                const times = (way) => (of(way).median / of('update').median).toPrecision(2);
                console.log(`| ${name} | ${cells.join(' | ')} | ${Number(times('morph'))} | ${Number(times('innerHTML'))} |`);
            }
        }
}
