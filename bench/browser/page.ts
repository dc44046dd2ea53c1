// The page of the browser benchmark: one live region, and one way to show in it what a server sends. Runs in Chromium, driven
// by measure.mjs.
//
// Every way gets the same text of a message's tree and holds the same tree; they differ in what they do with the page:
//   update     what the client does: change the nodes that show what has changed
//   morph      print all HTML, parse it, and make the page like it, with the client's own morph
//   morphdom   the same with morphdom, a widely used library
//   innerHTML  print all HTML and set it

import morphdom from "morphdom";
import { Morpher } from "../../client/src/morph";
import { Tree, type JsonObject } from "../../client/src/tree";
import { View } from "../../client/src/view";

type Way = "update" | "morph" | "morphdom" | "innerHTML";

let region: HTMLElement;
let tree: Tree;
let show: (changes: JsonObject) => void;

function start(way: Way): void {
  region = document.getElementById("region") as HTMLElement;
  const morpher = new Morpher(region, null, () => false);
  const view = new View(morpher);
  tree = new Tree();
  const keyOf = (node: Node) =>
    node instanceof Element ? (node.getAttribute("data-key") ?? node.id) || undefined : undefined;
  const parsed = (html: string) => {
    const holder = region.cloneNode(false) as Element;
    holder.innerHTML = html;
    return holder;
  };
  const ways: Record<Way, (changes: JsonObject) => void> = {
    update: (changes) => view.show(tree, changes),
    morph(changes) {
      tree.apply(changes);
      morpher.update(tree.html());
    },
    morphdom(changes) {
      tree.apply(changes);
      morphdom(region, parsed(tree.html()), {
        childrenOnly: true,
        getNodeKey: keyOf,
        onBeforeElUpdated: (from, to) => !from.isEqualNode(to),
      });
    },
    innerHTML(changes) {
      tree.apply(changes);
      region.innerHTML = tree.html();
    },
  };
  show = ways[way];
}

const frame = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });

/** Show a tree given as text. Milliseconds: until the nodes are right, until the layout is, until the frame is drawn. */
async function step(text: string): Promise<[number, number, number]> {
  await frame();
  const begin = performance.now();
  show(JSON.parse(text) as JsonObject);
  const shown = performance.now();
  region.getBoundingClientRect();
  (region.lastElementChild as Element).getBoundingClientRect();
  const laidOut = performance.now();
  await frame();
  return [shown - begin, laidOut - begin, performance.now() - begin];
}

/** Whether the page is what a browser reads from the server. */
function isRight(): boolean {
  const fresh = document.createElement("div");
  fresh.innerHTML = tree.html();
  return fresh.innerHTML === region.innerHTML;
}

Object.assign(window, { bench: { start, step, isRight, isolated: () => crossOriginIsolated } });
