// Random pages through random journeys: after each update the page is what a browser would have read from the server, and
// elements that stand for the same thing before and after are the same ones. LVT_PAGES raises the number of journeys.
import { expect, test, vi } from "vitest";
import { Morpher } from "../src/morph";
import { Tree, type JsonObject } from "../src/tree";
import { View } from "../src/view";
import { asDocument, Journey, Random, TemplateMaker } from "./random_pages";

declare const process: { env: Record<string, string | undefined>; stderr: { write(text: string): void } };
const JOURNEYS = Number(process.env["LVT_PAGES"] ?? 300);
const FIRST = Number(process.env["LVT_PAGES_SEED"] ?? 1);
const STEPS = 12;

/** The elements with a path or a key, which no two elements of a page share. */
function named(region: Element): Map<string, Element> {
  const found = new Map<string, Element>();
  for (const name of ["data-p", "data-key"])
    for (const element of region.querySelectorAll(`[${name}]`))
      found.set(`${name} ${element.getAttribute(name)}`, element);
  return found;
}

/** Whether two elements have the same content, whatever the order of attributes. */
function isSame(a: Element, b: Element): boolean {
  if (a.innerHTML === b.innerHTML) return true;
  const [first, second] = [a, b].map((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const inner of copy.querySelectorAll("*")) {
      const attributes = [...inner.attributes].sort((x, y) => (x.name < y.name ? -1 : 1));
      for (const attribute of attributes) inner.removeAttributeNode(attribute);
      for (const attribute of attributes) inner.setAttributeNode(attribute);
    }
    return copy.innerHTML;
  });
  return first === second;
}

/** Where two texts part. */
function difference(got: string, want: string): string {
  let at = 0;
  while (got[at] === want[at]) at++;
  const about = (text: string) => JSON.stringify(text.slice(Math.max(at - 80, 0), at + 80));
  return `got  ${about(got)}\nwant ${about(want)}`;
}

document.body.innerHTML = '<div data-lvt-id="x"></div>';
const div = document.body.firstElementChild as HTMLElement;
const morphers = [div, document.body].map((region) => {
  const morpher = new Morpher(region, null, () => false);
  return { morpher, whole: vi.spyOn(morpher, "update") };
});

const tally = { steps: 0, whole: 0 };

function play(seed: number, isOdd: boolean, isPage: boolean): void {
  if (process.env["LVT_PAGES_TRACE"]) process.stderr.write(`${seed} `);
  const random = new Random(seed);
  const template = new TemplateMaker(random, isOdd).template();
  const journey = new Journey(random, isPage ? asDocument(template) : template);
  const { morpher, whole } = morphers[isPage ? 1 : 0] as (typeof morphers)[0];
  const { region } = morpher;
  const read = () => {
    const fresh = document.createElement("div");
    fresh.innerHTML = journey.html();
    return isPage ? new DOMParser().parseFromString(journey.html(), "text/html").body : fresh;
  };
  if (!isPage) document.body.replaceChildren(region);
  region.innerHTML = read().innerHTML;
  const view = new View(morpher);
  const tree = new Tree();
  view.show(tree, JSON.parse(JSON.stringify(journey.complete())) as JsonObject);
  whole.mockClear();
  for (let step = 0; step < STEPS; step++) {
    const before = named(region);
    const earlier = journey.html();
    const update = JSON.stringify(journey.step());
    view.show(tree, JSON.parse(update) as JsonObject);
    const fresh = read();
    const about = `seed ${seed}${isOdd ? " odd" : ""}, step ${step}, update ${update}\nof ${earlier}`;
    expect(tree.html() === journey.html(), about).toBe(true);
    if (!isSame(region, fresh)) throw new Error(`${difference(region.innerHTML, fresh.innerHTML)}\n${about}`);
    if (!isOdd)
      for (const [name, element] of named(region)) {
        const same = before.get(name);
        if (same) expect(element === same, `${about}: ${name}`).toBe(true);
      }
    tally.steps++;
  }
  if (!isOdd) tally.whole += whole.mock.calls.length;
}

test.each([
  ["well-formed pages", false, false, JOURNEYS],
  ["odd pages", true, false, JOURNEYS],
  ["odd whole documents", true, true, JOURNEYS >> 2],
])(
  "%s",
  async (_, isOdd, isPage, journeys) => {
    for (let seed = FIRST; seed < FIRST + journeys; seed++) {
      play(seed, isOdd, isPage);
      // The runner gives up workers that do not answer for a minute.
      if (seed % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    // Nothing in a well-formed page needs all of it to be shown anew.
    if (!isOdd) expect(tally.whole).toBe(0);
  },
  3_600_000,
);
