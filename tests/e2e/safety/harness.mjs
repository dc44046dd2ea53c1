// Prints cases with `lvt render --jsonl`, serves them as pages on the loopback and asks probe.js, in Chromium, what became of them.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { flags, root } from '../support.mjs';
import { harmless } from './payloads.mjs';

const lvt = process.env.LVT ?? path.join(root, 'build/lvt');
const probe = path.join(path.dirname(fileURLToPath(import.meta.url)), 'probe.js');
const PER_SHEET = 2000;

// ---- printing ----------------------------------------------------------------------------------------------------------

// The engine's answers to lines of {template, data, mode}, in order.
export async function render(lines) {
    const child = spawn(lvt, ['render', '--jsonl'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
        const all = (rest + text).split('\n');
        rest = all.pop();
        for (const line of all) answers.push(JSON.parse(line));
    });
    const closed = once(child, 'close');
    child.stdin.end(lines.map((line) => JSON.stringify(line) + '\n').join(''));
    const [code] = await closed;
    if (code !== 0 || answers.length !== lines.length) throw new Error(`lvt render gave ${answers.length} of ${lines.length} answers, exit ${code}`);
    return answers;
}

// A template with bytes that JSON cannot carry.
export async function renderBytes(template) {
    const folder = await mkdtemp(path.join(tmpdir(), 'lvt-safety-'));
    try {
        const file = path.join(folder, 'page.tmpl');
        await writeFile(file, template);
        return (await promisify(execFile)(lvt, ['render', file], { encoding: 'buffer', maxBuffer: 1 << 26 })).stdout;
    } finally {
        await rm(folder, { recursive: true });
    }
}

export const trust = (type, value) => (type === 'plain' ? value : { [`$${type}`]: value });
const dataOf = (context, value) => (context.data ? context.data(value) : value);

// Cases of one context, {value, type} each, with what was printed for them.
export async function print(context, cases, mode = 'html') {
    const answers = await render(cases.map(({ value, type }) => ({ mode, template: context.template, data: dataOf(context,
        trust(type, value)) })));
    return cases.map((one, i) => ({ ...one, output: answers[i].output, error: answers[i].error }));
}

export const plain = (values) => values.map((value) => ({ value, type: 'plain' }));
const harmlessCase = (context) => ({ value: context.harmless ?? harmless, type: 'plain' });

const head = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>sheet</title></head><body>';
export const sheet = (outputs) => Buffer.concat([Buffer.from(head), ...outputs.flatMap((output) => [Buffer.from('<section>'),
    Buffer.from(output), Buffer.from('</section>')]), Buffer.from('</body></html>')]);

// ---- pages ---------------------------------------------------------------------------------------------------------------

// A browser and the server that it loads pages from. All names lead to that server, so that what a page fetches from elsewhere
// is seen and answered: with nothing, or, when `hostile` is set, with a script that fires a canary.
export class Harness {
    static async start(tabs = 1) {
        const harness = new Harness();
        harness.sheets = new Map();
        harness.loaded = 0;
        harness.server = http.createServer((request, response) => harness.answer(request, response));
        harness.server.listen(0, '127.0.0.1');
        await once(harness.server, 'listening');
        harness.origin = `http://127.0.0.1:${harness.server.address().port}`;
        try {
            harness.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
                args: [...flags, `--host-resolver-rules=MAP * 127.0.0.1:${harness.server.address().port}`] });
            harness.tabs = [];
            for (let i = 0; i < tabs; i++) harness.tabs.push(await Tab.open(harness));
        } catch (error) {
            await harness.stop();
            throw error;
        }
        return harness;
    }

    async stop() {
        await this.browser?.close();
        this.server.close();
        this.server.closeAllConnections?.();
    }

    answer(request, response) {
        const isOwn = `http://${request.headers.host}` === this.origin;
        const page = isOwn ? this.sheets.get(request.url) : undefined;
        if (page !== undefined) {
            response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
            response.end(page);
        } else if (!isOwn && this.hostile) {
            response.writeHead(200, { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' });
            response.end('pwned("foreign script")');
        } else {
            response.writeHead(204);
            response.end();
        }
    }

    // Work on all items, as many at a time as there are tabs.
    async each(items, work) {
        const waiting = [...items];
        await Promise.all(this.tabs.map(async (tab) => {
            while (waiting.length > 0) await work(tab, waiting.shift());
        }));
    }
}

class Tab {
    static async open(harness) {
        const tab = new Tab();
        tab.harness = harness;
        tab.context = await harness.browser.newContext();
        await tab.context.addInitScript({ path: probe });
        await tab.renew();
        return tab;
    }

    async renew() {
        await this.page?.close();
        this.events = [];
        this.requests = [];
        this.page = await this.context.newPage();
        this.page.on('dialog', (dialog) => {
            this.events.push(`dialog ${dialog.message()}`);
            dialog.dismiss().catch(() => {});
        });
        for (const name of ['popup', 'download', 'crash']) this.page.on(name, () => this.events.push(name));
        this.page.on('framenavigated',
            (frame) => { if (frame === this.page.mainFrame()) this.events.push(`navigation to ${frame.url()}`); });
        this.page.on('request', (request) => this.requests.push(request.url()));
    }

    // Load a page and run the probe in it. `loads`: what the template lets the page fetch is no finding.
    async look(body, question, { loads = false, verb = 'check' } = {}) {
        const { sheets, origin } = this.harness;
        const name = `/sheet/${++this.harness.loaded}`;
        sheets.set(name, body);
        this.requests.length = 0;
        this.events.length = 0;
        const found = [];
        let answer = null;
        try {
            await this.page.goto(origin + name, { waitUntil: 'load', timeout: 60000 });
            answer = await this.page.evaluate(([what, asked]) => window.probe[what](asked), [verb, question]);
            found.push(...(answer.found ?? []));
        } catch (error) {
            found.push({ case: -1, what: `the page was lost: ${String(error.message).split('\n')[0]}` });
        }
        const extra = this.events.filter((event) => event !== `navigation to ${origin}${name}`);
        for (const event of extra.slice(0, 5)) found.push({ case: -1, what: event });
        const fetched = this.requests.filter((url) => url !== origin + name && !(loads && /^(https?|mailto):/.test(url)));
        for (const url of fetched.slice(0, 5)) found.push({ case: -1, what: `fetched ${url.slice(0, 200)}` });
        sheets.delete(name);
        if (answer === null || extra.length > 0) await this.renew();
        return { found, answer, fired: (answer?.fired ?? 0) > 0 || extra.some((event) => event.startsWith('dialog')) };
    }

    // Load printed cases, many to a page, and report what is wrong: [{case, what}], the case null where it is not known. The first
    // section of a page has a harmless value, and the others must be like it. A whole page must be like the one with that value.
    async judge(context, printed, isNarrowing = false) {
        const refused = printed.filter(({ error }) => error !== undefined);
        if (refused.length > 0) return { found: refused.map((one) => ({ case: one, what: one.error })), fired: false, pages: 0,
            distinct: 0 };
        const [model] = await print(context, [harmlessCase(context)]);
        if (model.error !== undefined) throw new Error(`${context.name}: ${model.error}`);
        const outputs = new Map();
        for (const one of printed) outputs.set(one.output, [...(outputs.get(one.output) ?? []), one]);
        const all = [...outputs.values()];
        const total = { found: [], fired: false, pages: 0, distinct: all.length };
        const question = { check: context.check, isDocument: context.document };
        const options = { loads: context.loads };
        if (context.document) question.meant = (await this.look(model.output, question, { ...options, verb: 'measure' })).answer;
        const size = context.document ? 1 : PER_SHEET;
        for (let from = 0; from < all.length; from += size) {
            const part = [...(context.document ? [] : [[model]]), ...all.slice(from, from + size)];
            const cases = part.map((list) => {
                const values = list.filter(({ type }) => type === 'plain').map(({ value }) => Buffer.from(value).toString());
                return values.length === 0 ? null : context.check.whole ? values.map((value) => dataOf(context, value)) : values;
            });
            const body = context.document ? part[0][0].output : sheet(part.map(([{ output }]) => output));
            const { found, fired } = await this.look(body, { ...question, cases }, options);
            total.fired ||= fired;
            total.pages++;
            total.found.push(...found.map(({ case: i, what }) => ({ case: part[i]?.[0] ?? null, what })));
        }
        if (!isNarrowing && printed.length > 1 && total.found.length > 0) total.found.push(await this.narrow(context, printed));
        return total;
    }

    // One of the cases that are to blame, by halves.
    async narrow(context, printed) {
        let list = printed;
        while (list.length > 1) {
            const half = list.slice(0, list.length >> 1);
            const { found } = await this.judge(context, half, true);
            list = found.length > 0 ? half : list.slice(half.length);
        }
        return { case: list[0], what: 'found wrong alone, or the last of those that are wrong together' };
    }
}

export const describe = (context, { case: one, what }) =>
    `${context.name}: ${what.slice(0, 400)}` + (one ? `\n  value ${JSON.stringify(one.value).slice(0, 300)} (${one.type})\n  printed ${JSON.stringify(one.output).slice(0, 400)}` : '');
