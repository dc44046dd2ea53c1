// Random journeys: what the server sends for random states of random templates, and the page that it prints for each of
// them. The tree prints the same, and the live region is what a parser makes of it.
//
// journeys.jsonl is made by `render_test_property --export 340 1 5000` (tests/render/test_property.c has the form of a
// line). Other journeys: LVT_JOURNEYS=50000 LVT_SEED=7 npm test -- journeys, with LVT_JOURNEYS_PROGRAM where the program
// is not build/asan/tests/render_test_property.

import { spawnSync } from "node:child_process";
import { beforeEach, describe, expect, test } from "vitest";
import { Morpher } from "../src/morph";
import { Tree, type JsonObject } from "../src/tree";
import { View } from "../src/view";
import { removeListenersAfterEachTest } from "./listeners";
import corpus from "./journeys.jsonl?raw";

removeListenersAfterEachTest();

interface Step {
  /** The client connects anew. */
  new?: true;
  /** The page, when it is another than that of the step before. */
  html?: string;
  tree: JsonObject;
}

interface Journey {
  seed: number;
  steps: Step[];
}

const BATCH = 500;

function* parse(lines: string): Generator<Journey> {
  for (const line of lines.split("\n")) if (line) yield JSON.parse(line) as Journey;
}

function* journeys(): Generator<Journey> {
  const count = Number(process.env["LVT_JOURNEYS"] ?? 0);
  if (!count) return yield* parse(corpus);
  const program = process.env["LVT_JOURNEYS_PROGRAM"] ?? "../build/asan/tests/render_test_property";
  let seed = Number(process.env["LVT_SEED"] ?? 1);
  for (let done = 0; done < count; done += BATCH) {
    const some = String(Math.min(BATCH, count - done));
    const run = spawnSync(program, ["--export", some, String(seed)], { encoding: "utf8", maxBuffer: 2 ** 30 });
    if (run.status !== 0) throw new Error(`${program}: ${run.error?.message ?? run.stderr}`);
    for (const journey of parse(run.stdout)) {
      seed = journey.seed + 1;
      yield journey;
    }
  }
}

/** Go on all journeys; `show` takes one step and gives what there is to see and what there should be. */
async function travel(
  begin: (isFirst: boolean) => void,
  show: (step: Step, html: string) => [string, string],
): Promise<void> {
  const tally = { journeys: 0, steps: 0, characters: 0 };
  const failures: { seed: number; length: number; what: string }[] = [];
  for (const journey of journeys()) {
    let html = "";
    // Whoever runs the tests gives up one that does not answer.
    if (tally.journeys++ % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
    for (const [index, step] of journey.steps.entries()) {
      if (step.new) begin(index === 0);
      html = step.html ?? html;
      tally.steps++;
      tally.characters += html.length;
      let what = "";
      try {
        const [shows, wants] = show(step, html);
        if (shows !== wants) what = `shows ${shows}\nwants ${wants}`;
      } catch (error) {
        what = String(error instanceof Error ? error.stack : error);
      }
      if (!what) continue;
      const steps = JSON.stringify(journey.steps.slice(0, index + 1), null, 1).replace(/\n */g, " ");
      failures.push({ seed: journey.seed, length: steps.length, what: `${steps}\n${what}` });
      break;
    }
  }
  console.log(`${tally.journeys} journeys, ${tally.steps} steps, ${tally.characters} characters of pages`);
  // The shortest says most.
  failures.sort((a, b) => a.length - b.length);
  if (failures[0])
    throw new Error(
      `${failures.length} journeys differ; seeds ${failures.slice(0, 20).map(({ seed }) => seed)}; ` +
        `the shortest, of seed ${failures[0].seed}:\n${failures[0].what}`,
    );
  expect(tally.journeys).toBeGreaterThan(300);
}

const hasProgram = (element: Element): boolean => !!element.querySelector("script:not([type])");

/** What may differ: the order of attributes, and scripts, when some run: those stay as they were. */
function plain(element: Element, scripts: boolean): string {
  const copy = element.cloneNode(true) as Element;
  for (const inner of copy.querySelectorAll("*")) {
    for (const attribute of [...inner.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      inner.removeAttributeNode(attribute);
      inner.setAttributeNode(attribute);
    }
    if (inner.nodeName === "SCRIPT" && scripts) inner.replaceWith("script");
  }
  return copy.innerHTML;
}

const HOURS = 3_600_000;

describe("random journeys", () => {
  let tree: Tree;
  beforeEach(() => {
    tree = new Tree();
  });

  test(
    "the tree prints what the server prints",
    () =>
      travel(
        () => (tree = new Tree()),
        (step, html) => {
          tree.apply(step.tree);
          return [tree.html(), html];
        },
      ),
    5 * HOURS,
  );

  test(
    "the region is what a browser reads from the server",
    async () => {
      document.body.innerHTML = '<div data-lvt-id="x"></div>';
      const region = document.body.firstElementChild as HTMLElement;
      const inert = document.implementation.createHTMLDocument("");
      const fresh = inert.importNode(region, false);
      const view = new View(new Morpher(region, null, () => false));
      await travel(
        (isFirst) => {
          tree = new Tree();
          if (isFirst) view.show(tree, { f: -1, s: [""] });
        },
        (step, html) => {
          view.show(tree, step.tree);
          fresh.innerHTML = html;
          const seen: [string, string] = [region.innerHTML, fresh.innerHTML];
          const scripts = hasProgram(region) || hasProgram(fresh);
          return seen[0] === seen[1] ? seen : [plain(region, scripts), plain(fresh, scripts)];
        },
      );
    },
    5 * HOURS,
  );
});
