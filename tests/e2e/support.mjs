// What the browser tests share: an example's server on a free port of the loopback, and Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

// Start build/examples/NAME; port 0 takes a free one. `stop` ends it cleanly and fails when it did not exit with 0.
export async function serve(name, port = 0, environment = {}) {
    const child = spawn(path.join(root, 'build/examples', name), ['--listen', `127.0.0.1:${port}`],
        { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise((resolve, reject) => {
        let text = '';
        child.stdout.on('data', (data) => {
            text += data;
            if (text.includes('\n')) resolve(text.trim());
        });
        child.on('exit', (code) => reject(new Error(`${name} exited with ${code} before it listened`)));
        child.on('error', reject);
    });
    const url = line.split('\n')[0];
    return {
        url,
        port: Number(new URL(url).port),
        pid: child.pid,
        kill: async () => {
            child.kill('SIGKILL');
            await once(child, 'exit');
        },
        stop: async () => {
            if (child.exitCode !== null || child.signalCode !== null) return;
            child.kill('SIGTERM');
            const [code] = await once(child, 'exit');
            if (code !== 0) throw new Error(`${name} exited with ${code}`);
        },
    };
}

// A live page: loaded, connected, its first message applied. Errors of the page fail the test that asks for them.
export async function open(context, url) {
    const page = await context.newPage();
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
    await page.goto(url);
    await ready(page);
    return page;
}

export const ready = (page) => page.waitForSelector('[data-lvt-ready][data-lvt-status=connected]', { state: 'attached' });

// Wait until a text stands in an element.
export async function until(page, selector, text) {
    await page.waitForFunction(([where, wanted]) => {
        const found = document.querySelector(where)?.textContent?.trim();
        return found === wanted;
    }, [selector, text], { timeout: 10000 });
}
