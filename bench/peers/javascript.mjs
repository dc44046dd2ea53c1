// What the bench's participants in JavaScript share: the command line, the clock, the data, and what templates call. Run at
// the repository's root.
//
//     peer.mjs PAGE SECONDS    prints PAGE, nanoseconds a render, bytes
//     peer.mjs --print PAGE    prints the page
import { readFileSync } from "node:fs";

const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const two = (number) => (number < 10 ? "0" : "") + number;
const clock12 = (time) => (time.getUTCHours() % 12 || 12) + ":" + two(time.getUTCMinutes());
const half = (time) => (time.getUTCHours() < 12 ? " AM" : " PM");
const shortMonth = (time) => months[time.getUTCMonth()].slice(0, 3);

/** The dates of the pages, by the strftime layout that other peers use. */
export const dates = {
  "%Y-%m-%d": (time) => time.getUTCFullYear() + "-" + two(time.getUTCMonth() + 1) + "-" + two(time.getUTCDate()),
  "%B %-d, %Y": (time) => months[time.getUTCMonth()] + " " + time.getUTCDate() + ", " + time.getUTCFullYear(),
  "%b %-d": (time) => shortMonth(time) + " " + time.getUTCDate(),
  "%b %-d, %Y %-I:%M %p": (time) =>
    shortMonth(time) + " " + time.getUTCDate() + ", " + time.getUTCFullYear() + " " + clock12(time) + half(time),
  "%-I:%M %p": (time) => clock12(time) + half(time),
  "%-I:%M:%S %p": (time) => clock12(time) + ":" + two(time.getUTCSeconds()) + half(time),
  "%H:%M:%S": (time) => two(time.getUTCHours()) + ":" + two(time.getUTCMinutes()) + ":" + two(time.getUTCSeconds()),
};

const scriptEscapes = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029" };

/** JSON that cannot end a script. */
export const scriptValue = (value) => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => scriptEscapes[found]);

function typed(_key, value) {
  return value !== null && typeof value === "object" && typeof value.$time === "string" ? new Date(value.$time) : value;
}

function measure(render, data, seconds) {
  const start = process.cpuUsage();
  let page = "", used = 0, renders = 0;
  while (used < seconds * 1e6) {
    for (let i = 0; i < 4; i++) page = render(data);
    renders += 4;
    const usage = process.cpuUsage(start);
    used = usage.user + usage.system;
  }
  return { each: (used * 1000) / renders, page };
}

/** `compile` makes a function from data to a page of a template's path without its extension. */
export function run(compile) {
  const [first, second] = process.argv.slice(2);
  if (second === undefined) {
    console.error("usage: peer.mjs PAGE SECONDS | --print PAGE");
    process.exit(2);
  }
  const name = first === "--print" ? second : first;
  const render = compile(name);
  const data = JSON.parse(readFileSync(`build/bench/data/${name}.json`, "utf8"), typed);
  if (first === "--print") {
    process.stdout.write(render(data));
    return;
  }
  measure(render, data, Number(second) * 4); // until the code that is used often is compiled well
  const { each, page } = measure(render, data, Number(second));
  console.log(`${name}\t${each.toFixed(0)}\t${Buffer.byteLength(page)}`);
}
