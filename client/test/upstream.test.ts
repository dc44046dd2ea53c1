// Mistakes that other clients of this kind of tree are known to have made, one test each. The numbers are those of one
// list: tests/render/test_upstream_regressions.c has 1 to 13, tests/live/test_upstream_regressions.c 14 to 25.
//
// Not here:
//   39  options that a README promises and the code lacks: page.test.ts uses what client/README.md lists
//   40  a race of navigations between pages: the client navigates nowhere, links and the history are the browser's (see 41)
import { beforeEach, describe, expect, test, vi } from "vitest";
import bundle from "../dist/livetemplate.js?raw";
import { Tree, TreeError, type JsonObject } from "../src/tree";
import { FakeSocket } from "./fake_socket";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

let spoken: unknown[][];

beforeEach(() => {
  vi.useFakeTimers();
  spoken = [];
  for (const level of ["log", "info", "debug", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void spoken.push(words));
  delete window.liveTemplate;
  FakeSocket.install();
  history.replaceState(null, "", "/page?x=1&y=2");
});

/** The client as a page loads it, with the server's first message. */
function load(tree: JsonObject): HTMLElement {
  document.body.innerHTML = '<div data-lvt-id="p" data-lvt-token="T"></div>';
  window.eval(bundle);
  FakeSocket.last.open().message({ v: 1, seq: 1, tree });
  return document.body.firstElementChild as HTMLElement;
}

// ---- the tree ----------------------------------------------------------------------------------------------------------

function play(...trees: JsonObject[]): Tree {
  const tree = new Tree();
  for (const update of trees) tree.apply(copy(update));
  return tree;
}

/** A list in a branch: <ul>[a][b]</ul> and a text behind it. */
const NESTED: JsonObject = {
  f: 1,
  s: ["", "|", ""],
  "0": {
    f: 2,
    s: ["<ul>", "</ul>"],
    "0": { f: 3, s: ["[", "]"], d: [{ "0": "a" }, { "0": "b" }], m: { idKey: "0" } },
  },
  "1": "x",
};

describe("the tree", () => {
  test("27: operations on a nested list are applied once, however often the page is printed", () => {
    const tree = play(NESTED, { "0": { "0": [["a", [{ "0": "c" }]]] } });
    for (let i = 0; i < 3; i++) {
      expect(tree.html()).toBe(`<ul>[a][b][c]</ul>|${"x".repeat(i + 1)}`);
      tree.apply({ "1": "x".repeat(i + 2) });
    }
  });

  test("28: a branch in the place of a list is printed once, not once a row", () => {
    for (const rows of [0, 1, 3]) {
      const d = Array.from({ length: rows }, (_, index) => ({ "0": `k${index}` }));
      const list = { f: 2, s: ["[", "]"], d, m: { idKey: "0" } };
      const tree = play({ f: 1, s: ["", ""], "0": rows ? list : "" }, { "0": { f: 3, s: ["<p>none</p>"] } });
      expect(tree.html()).toBe("<p>none</p>");
      tree.apply({ "0": { f: 2, s: ["[", "]"], d: [{ "0": "z" }], m: { idKey: "0" } } });
      expect(tree.html()).toBe("[z]");
    }
  });

  test("29: an update of a row changes what it names, at any depth, and keeps the rest", () => {
    const row = {
      "0": "a",
      "1": { f: 3, s: ["<", ",", ">"], "0": "p", "1": { f: 4, s: ["(", ",", ")"], "0": "q", "1": "r" } },
    };
    const tree = play(
      { f: 1, s: ["", ""], "0": { f: 2, s: ["[", " ", "]"], d: [row], m: { idKey: "0" } } },
      { "0": [["u", "a", { "1": { "1": { "1": "R" } } }]] },
    );
    expect(tree.html()).toBe("[a <p,(q,R)>]");
  });

  test("34: rows of one list whose statics differ are printed by their own", () => {
    const on = (text: string) => ({ f: 3, "0": text });
    const off = (text: string) => ({ f: 4, "0": text });
    const tree = play(
      {
        f: 1,
        s: ["", ""],
        "0": {
          f: 2,
          s: ["[", "", "]"],
          d: [
            { "0": "a", "1": { s: ["<b>", "</b>"], ...on("1") } },
            { "0": "b", "1": { s: ["<i>", "</i>"], ...off("2") } },
          ],
          m: { idKey: "0" },
        },
      },
      { "0": [["u", "a", { "1": off("3") }], ["a", [{ "0": "c", "1": on("4") }]]] },
    );
    expect(tree.html()).toBe("[a<i>3</i>][b<i>2</i>][c<b>4</b>]");
  });

  test("35: a list gives way to a branch that holds a list, and nothing of it is left", () => {
    const list = (f: number, ...keys: string[]) => ({
      f,
      s: ["[", "]"],
      d: keys.map((key) => ({ "0": key })),
      m: { idKey: "0" },
    });
    const tree = play(
      { f: 1, s: ["", ""], "0": list(2, "a", "b") },
      { "0": { f: 3, s: ["<ul>", "</ul>"], "0": list(4, "c") } },
    );
    expect(tree.html()).toBe("<ul>[c]</ul>");
    tree.apply({ "0": { "0": [["a", [{ "0": "a" }]]] } });
    expect(tree.html()).toBe("<ul>[c][a]</ul>");
    tree.apply({ "0": { f: 2, d: [{ "0": "b" }], m: { idKey: "0" } } });
    expect(tree.html()).toBe("[b]");
  });

  test("38: keys are strings everywhere; what is none is refused, not ignored", () => {
    const list = (item: JsonObject): JsonObject => ({
      f: 1,
      s: ["", ""],
      "0": { f: 2, s: ["[", "]"], d: [item], m: { idKey: "0" } },
    });
    expect(() => play(list({ _k: 5, "0": "x" }))).toThrow(TreeError);
    expect(() => play(list({ "0": 5 }))).toThrow(TreeError);
    for (const operation of [["r", 1], ["u", 1, { "0": "2" }], ["m", 1, null], ["o", [1]]])
      expect(() => play(list({ "0": "1" }), { "0": [operation] } as JsonObject)).toThrow(TreeError);
    expect(play(list({ "0": "1" }), { "0": [["r", "1"]] }).html()).toBe("");
  });
});

// ---- the page ----------------------------------------------------------------------------------------------------------

describe("the elements", () => {
  let region: HTMLElement;
  let tree: Tree;
  let sequence: number;

  function serve(first: JsonObject): void {
    region = load(first);
    tree = play(first);
    sequence = 1;
    expectFresh();
  }

  /** The elements are those of a page that is loaded anew. */
  function expectFresh(): void {
    const fresh = document.createElement("div");
    fresh.innerHTML = tree.html();
    expect(region.innerHTML).toBe(fresh.innerHTML);
  }

  function update(changes: JsonObject): void {
    tree.apply(copy(changes));
    FakeSocket.last.message({ v: 1, seq: ++sequence, tree: changes });
    expectFresh();
    expect(FakeSocket.last.actions).toEqual([]); // no resync was needed
  }

  const items = (...keys: string[]) => keys.map((key) => ({ "0": key, "1": `text ${key}` }));

  test.each([
    ["a quote", 'a"b', "a&#34;b"],
    ["an apostrophe and a bracket", "it's]", "it&#39;s]"],
    ["a backslash", "a\\", "a\\"],
    ["a selector", 'x"],[data-key="y', "x&#34;],[data-key=&#34;y"],
    ["markup", "<b>&", "&lt;b&gt;&amp;"],
    ["a word of JavaScript", "__proto__", "__proto__"],
  ])("32: a key that holds %s finds its row", (_, key, escaped) => {
    serve({
      f: 1,
      s: ["<ul>", "</ul>"],
      "0": { f: 2, s: ['<li data-key="', '">', "</li>"], d: items("y", escaped, "z"), m: { idKey: "0" } },
    });
    const row = [...region.querySelectorAll("li")].find((li) => li.dataset["key"] === key);
    expect(row).toBeDefined();
    update({ "0": [["u", escaped, { "1": "changed" }]] });
    expect(row?.textContent).toBe("changed");
    update({ "0": [["m", escaped, null]] });
    expect(region.querySelector("li")).toBe(row);
    update({ "0": [["r", escaped]] });
    expect(row?.isConnected).toBe(false);
    expect(region.querySelectorAll("li")).toHaveLength(2);
  });

  test("33: siblings of the rows stay where they are", () => {
    serve({
      f: 1,
      s: ["<ul><li>", "</li>", "<li>end</li></ul>"],
      "0": "head",
      "1": { f: 2, s: ['<li data-key="', '">', "</li>"], d: items("a", "b"), m: { idKey: "0" } },
    });
    const [head, , , end] = region.querySelectorAll("li");
    update({ "1": [["a", items("c")]] });
    update({ "1": [["o", ["c", "a", "b"]]] });
    update({ "1": [["p", items("d")], ["r", "a"]] });
    expect([...region.querySelectorAll("li")].map((li) => li.textContent)).toEqual([
      "head", "text d", "text c", "text b", "end",
    ]);
    expect([region.querySelector("li"), region.querySelector("li:last-child")]).toEqual([head, end]);
    update({ "1": "" });
    expect(region.querySelectorAll("li")).toHaveLength(2);
  });

  test("33: rows of several elements are moved and removed whole", () => {
    serve({
      f: 1,
      s: ["<dl>", "</dl>"],
      "0": { f: 2, s: ['<dt data-key="', '">term</dt><dd>', "</dd>"], d: items("a", "b", "c"), m: { idKey: "0" } },
    });
    update({ "0": [["m", "c", null]] });
    update({ "0": [["u", "a", { "1": "changed" }]] });
    update({ "0": [["r", "b"], ["a", items("d")]] });
    expect(region.textContent).toBe("termtext ctermchangedtermtext d");
  });

  test("33: one key in two lists is two rows", () => {
    const list = (f: number) => ({ f, s: ['<li data-key="', '">', "</li>"], d: items("a", "b"), m: { idKey: "0" } });
    serve({ f: 1, s: ["<ul>", "</ul><ol>", "</ol>"], "0": list(2), "1": list(3) });
    update({ "1": [["r", "a"]] });
    expect(region.querySelector("ul")?.children).toHaveLength(2);
    update({ "0": [["u", "b", { "1": "first list" }]] });
    update({ "1": [["a", items("a")]] });
    expect(region.textContent).toBe("text afirst listtext btext a");
  });

  test("38: keys that look like numbers leave tree and elements together", () => {
    serve({
      f: 1,
      s: ["<ul>", "</ul>"],
      "0": { f: 2, s: ['<li data-key="', '">', "</li>"], d: items("1", "2", "10"), m: { idKey: "0" } },
    });
    update({ "0": [["r", "1"]] });
    update({ "0": [["a", items("1")], ["m", "10", null]] });
    expect([...region.querySelectorAll("li")].map((li) => li.dataset["key"])).toEqual(["10", "2", "1"]);
  });

  test("37: updates elsewhere are shown while a field with suggestions is in use", () => {
    serve({
      f: 1,
      s: ['<input list="l"><datalist id="l">', "</datalist><p>", "</p>"],
      "0": "<option>a</option>",
      "1": "one",
    });
    region.querySelector("input")?.focus();
    update({ "1": "two" });
    expect(region.querySelector("p")?.textContent).toBe("two");
    update({ "0": "<option>b</option>" });
    expect(region.querySelector("datalist")?.innerHTML).toBe("<option>b</option>");
    expect(document.activeElement).toBe(region.querySelector("input"));
  });
});

// ---- the whole client --------------------------------------------------------------------------------------------------

describe("the client", () => {
  const PAGE = {
    f: 1,
    s: [
      "<p>",
      '</p><form lvt-submit="add"><input name="title" list="l"><button>Add</button></form><datalist id="l"></datalist>' +
        '<button id="go" lvt-click="go">Go</button><a href="/other">other</a>',
    ],
    "0": "one",
  };
  const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;
  const form = () => find<HTMLFormElement>("form");
  const button = () => find<HTMLButtonElement>("form button");
  const reply = (seq: number, id: number, tree: JsonObject = {}) =>
    FakeSocket.last.message({ v: 1, seq, tree, meta: { action: "add", id, success: true, errors: {} } });
  let ended: number;

  function open(): void {
    const region = load(PAGE);
    ended = 0;
    region.addEventListener("lvt:done", () => ended++);
  }

  test("26: a lost connection is opened again, to the page's address with its query", () => {
    open();
    const urls = () => FakeSocket.all.map((socket) => socket.url);
    expect(urls()).toEqual(["ws://localhost:3000/page?x=1&y=2"]);
    FakeSocket.last.end();
    vi.advanceTimersByTime(1000);
    expect(urls()).toEqual(["ws://localhost:3000/page?x=1&y=2", "ws://localhost:3000/page?x=1&y=2"]);
  });

  test("26: on a page over TLS the connection is over TLS", () => {
    // jsdom's location cannot be changed; the scheme follows from it in the bundle as it stands.
    expect(bundle).toMatch(/location\.origin\.replace\("http","ws"\)\+location\.pathname/);
    expect("https://localhost".replace("http", "ws")).toBe("wss://localhost");
  });

  test("30: a reply that changes nothing ends the form", () => {
    open();
    form().requestSubmit(button());
    expect(button().disabled).toBe(true);
    reply(2, 1);
    expect([button().disabled, ended]).toEqual([false, 1]);
  });

  test("31: a client that works says nothing", () => {
    open();
    form().requestSubmit(button());
    reply(2, 1, { "0": "two" });
    FakeSocket.last.message({ v: 1, seq: 3, tree: { "0": "three" } });
    FakeSocket.last.end();
    vi.advanceTimersByTime(1000);
    FakeSocket.last.open().message({ v: 1, seq: 1, tree: PAGE });
    expect(spoken).toEqual([]);
    FakeSocket.last.message({ v: 1, seq: 9, tree: {} }); // a gap is worth a word
    expect(spoken).toHaveLength(1);
  });

  test("36: a form ends with its own reply, not with what comes meanwhile", () => {
    open();
    form().requestSubmit(button());
    FakeSocket.last.message({ v: 1, seq: 2, tree: { "0": "pushed" } });
    FakeSocket.last.message({ v: 1, seq: 3, tree: {}, meta: { success: true, errors: {} } });
    reply(4, 77, { "0": "somebody's" });
    expect([button().disabled, ended, find("p").textContent]).toEqual([true, 0, "somebody's"]);
    reply(5, 1);
    expect([button().disabled, ended]).toEqual([false, 1]);
  });

  test("37: a form with a field with suggestions in use ends too", () => {
    open();
    find<HTMLInputElement>("input").focus();
    form().requestSubmit(button());
    reply(2, 1, { "0": "two" });
    expect([button().disabled, ended, find("p").textContent]).toEqual([false, 1, "two"]);
  });

  test("41: links are the browser's", () => {
    open();
    const fetched = vi.fn(() => new Promise<Response>(() => undefined));
    vi.stubGlobal("fetch", fetched);
    const seen: boolean[] = [];
    // Heard last of all; what it prevents here is only jsdom's own "not implemented".
    window.addEventListener("click", (event) => {
      seen.push(event.defaultPrevented);
      event.preventDefault();
    });
    find("a").click();
    find("#go").click(); // what is the client's own
    expect(seen[0]).toBe(false);
    expect([fetched.mock.calls.length, FakeSocket.last.actions]).toEqual([0, [{ action: "go", data: {}, id: 1 }]]);
  });
});
