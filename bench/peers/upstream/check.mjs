// check: whether upstream's updates are right. Applies its trees with the renderer of its own published client and compares
// what that shows after each step with the page. White space between words counts once, as upstream leaves some out.
//
//   node check.mjs PAGES TREES    PAGES: of lvt_bench_updates --print; TREES: of upstream --trees
//
// Prints "right", or "wrong from step N: ...", with both texts around the first difference.
import { readFileSync } from "node:fs";
import renderers from "@livetemplate/client/dist/state/tree-renderer.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {}, isDebugEnabled: () => false };
const around = 40;

// The live part of a page: the body's content up to the first script, which upstream's client never touches.
function liveRegion(page) {
  const body = page.slice(page.indexOf("<body>") + "<body>".length, page.indexOf("</body>"));
  return body.split("<script")[0];
}

// Other spellings of the same character, as in bench/normalize.sed, and white space.
function normal(html) {
  const same = html.split("<script")[0].replaceAll("&#43;", "+").replaceAll("&#34;", "&quot;").replaceAll("&#39;", "'");
  return same.replace(/\s+/g, " ").replace(/> /g, ">").replace(/ </g, "<").trim();
}

const [pagesFile, treesFile] = process.argv.slice(2);
const pages = readFileSync(pagesFile, "utf8").split("\f\n").slice(0, -1);
const trees = readFileSync(treesFile, "utf8").trimEnd().split("\n");
if (pages.length !== trees.length) throw new Error(`${pages.length} pages, but ${trees.length} trees`);

const renderer = new renderers.TreeRenderer(quiet);
let answer = "right";
for (let step = 0; step < pages.length; step++) {
  const shown = normal(renderer.applyUpdate(JSON.parse(trees[step])).html);
  const expected = normal(liveRegion(pages[step]));
  if (shown === expected) continue;
  let place = 0;
  while (shown[place] === expected[place]) place++;
  const from = Math.max(0, place - around / 2);
  const excerpt = (text) => JSON.stringify(text.slice(from, from + around));
  answer = `wrong from step ${step}: ${excerpt(shown)} instead of ${excerpt(expected)}`;
  break;
}
console.log(answer);
