import { beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { Morpher } from "../src/morph";
import { Tree, type JsonObject, type Range } from "../src/tree";
import { View } from "../src/view";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

let region: HTMLElement;
let tree: Tree;
let view: View;
let morpher: Morpher;
/** How often the page was morphed as one. */
let morphs: MockInstance<Morpher["update"]>;

function serve(first: JsonObject): void {
  document.body.innerHTML = '<div data-lvt-id="x"></div>';
  region = document.body.firstElementChild as HTMLElement;
  morpher = new Morpher(region, null, () => false);
  tree = new Tree();
  view = new View(morpher);
  morphs = vi.spyOn(morpher, "update");
  update(first);
  morphs.mockClear();
}

function update(changes: JsonObject): void {
  view.show(tree, JSON.parse(JSON.stringify(changes)));
}

/** The page as a browser would read it from the server. */
function expectPage(): void {
  const holder = document.createElement("div");
  holder.innerHTML = tree.html();
  expect(region.innerHTML).toBe(holder.innerHTML);
}

const item = (key: string, text = `text ${key}`): JsonObject => ({ "0": key, "1": text });
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
const range = (statics: string[], items: JsonObject[], f = 2): JsonObject => ({
  f,
  s: statics,
  d: items,
  m: { idKey: "0" },
});
const row = (key: string) => region.querySelector(`[data-key="${key}"]`) as HTMLElement;

const LI = ['<li data-key="', '"><input value="', '"></li>'];
const list = (count = 20): JsonObject => ({
  f: 1,
  s: ["<h1>", "</h1><ul>", "</ul>"],
  "0": "title",
  "1": range(
    LI,
    keys(count).map((key) => item(key)),
  ),
});

const SHAPES: [string, string[], string[]][] = [
  ["without white space", ["<h1>", "</h1><ul>", "</ul>"], LI],
  [
    "with white space about and between",
    ["<h1>", "</h1><ul>\n  ", "\n</ul>"],
    ['\n    <li data-key="', '"><b>', "</b></li>\n  "],
  ],
  ["with white space before", ["<h1>", "</h1>\n<ul>", "\n</ul>"], ['\n  <li data-key="', '">', "</li>"]],
  ["in a table", ["<h1>", "</h1><table><tbody>", "</tbody></table>"], ['<tr data-key="', '"><td>', "</td></tr>"]],
  ["in a drawing", ["<h1>", "</h1><svg>", "</svg>"], ['<text id="', '">', "</text>"]],
];

describe.each(SHAPES)("a list %s", (_, statics, rowStatics) => {
  test("is shown row by row, and is what the server says after any operations", () => {
    let seed = 3;
    const below = (limit: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;
    let model = keys(20);
    serve({
      f: 1,
      s: statics,
      "0": "title",
      "1": range(
        rowStatics,
        model.map((key) => item(key)),
      ),
    });
    expectPage();
    const nodes = new Map(model.map((key) => [key, region.querySelector(`[data-key="${key}"],[id="${key}"]`)]));
    for (let step = 0; step < 300; step++) {
      const operations: JsonObject[string][] = [];
      for (let count = below(4); count >= 0; count--) {
        const at = below(model.length);
        const key = model[at] as string;
        const fresh = `n${step}-${count}`;
        switch (below(8)) {
          case 0:
            if (model.length < 14) break;
            model.splice(at, 1);
            operations.push(["r", key]);
            break;
          case 1:
          case 2:
            operations.push(["u", key, { "1": `u${step}` }]);
            break;
          case 3: {
            model.splice(at, 1);
            const to = below(model.length + 1);
            operations.push(["m", key, model[to - 1] ?? null]);
            model.splice(to, 0, key);
            break;
          }
          case 4:
            operations.push(["i", model[at - 1] ?? null, at, item(fresh)]);
            model.splice(at, 0, fresh);
            break;
          case 5:
            operations.push(["a", [item(fresh), item(`${fresh}+`)]]);
            model.push(fresh, `${fresh}+`);
            break;
          case 6:
            operations.push(["p", [item(fresh), item(`${fresh}+`)]]);
            model.unshift(fresh, `${fresh}+`);
            break;
          default:
            if (step % 10) break;
            model = model.sort();
            operations.push(["o", [...model]]);
        }
      }
      const outside = step % 5 === 0;
      update(outside ? { "0": `title ${step}`, "1": operations } : { "1": operations });
      expectPage();
    }
    expect(morphs).not.toHaveBeenCalled();
    for (const key of model) {
      const element = region.querySelector(`[data-key="${key}"],[id="${key}"]`);
      if (nodes.has(key)) expect(element).toBe(nodes.get(key));
    }
  });
});

describe("what costs what", () => {
  const parsed = () => vi.spyOn(morpher, "parseAlone");

  beforeEach(() => serve(list()));

  const texts = (parse: ReturnType<typeof parsed>) => parse.mock.calls.map(([html]) => html).join("\n");

  test("an update of rows parses nothing of the others", () => {
    update({ "1": [["u", "k1", { "1": "so that all shapes are known" }]] });
    const parse = parsed();
    update({
      "1": [
        ["u", "k3", { "1": "x" }],
        ["r", "k4"],
        ["m", "k9", null],
        ["a", [item("new")]],
      ],
    });
    expectPage();
    expect(morphs).not.toHaveBeenCalled();
    expect(texts(parse)).toContain('<li data-key="new">');
    expect(texts(parse)).not.toMatch(/text k|k4|k9/);
  });

  test("an update beside the list parses nothing", () => {
    update({ "0": "so that all shapes are known" });
    const parse = parsed();
    update({ "0": "other" });
    expect(parse).not.toHaveBeenCalled();
    expectPage();
  });

  test("only the rows that change are looked into", () => {
    update({ "1": [["u", "k3", { "1": "x" }]] });
    const range = tree.root?.slots[1] as Range;
    expect([...range.rows.values()].filter(({ bound }) => bound).map(({ key }) => key)).toEqual(["k3"]);
  });

  test("an empty update does nothing", () => {
    const parse = parsed();
    update({});
    expect(parse).not.toHaveBeenCalled();
  });
});

describe("lists wherever they stand", () => {
  const many = keys(20).map((key) => item(key));
  const table: [string, JsonObject, JsonObject][] = [
    ["short ones", list(3), { "1": [["a", [item("n")]]] }],
    [
      "with siblings",
      { f: 1, s: ["", "<ul><li>head</li>", "<li>foot</li></ul>"], "1": range(LI, many) },
      {
        "1": [
          ["a", [item("n")]],
          ["m", "k3", null],
        ],
      },
    ],
    [
      "two in one parent",
      { f: 1, s: ["<ul>", "", "</ul>"], "0": range(LI, many), "1": range(LI, [item("x")]) },
      { "0": [["a", [item("n")]]] },
    ],
    [
      "the same things twice",
      { f: 1, s: ["<ul>", "</ul><ol>", "</ol>"], "0": range(LI, many), "1": range(LI, many) },
      {
        "1": [
          ["r", "k0"],
          ["a", [item("n")]],
        ],
      },
    ],
    [
      "of several elements a row",
      { f: 1, s: ["<dl>", "", "</dl>"], "0": range(['<dt data-key="', '">x</dt><dd>', "</dd>"], many) },
      {
        "0": [
          ["r", "k1"],
          ["u", "k2", { "1": "new" }],
        ],
      },
    ],
    [
      "of text",
      { f: 1, s: ["<p>", "", "</p>"], "0": range(["", ": ", ", "], many) },
      {
        "0": [
          ["r", "k1"],
          ["u", "k2", { "1": "new" }],
        ],
      },
    ],
    [
      "in an attribute",
      { f: 1, s: ['<p class="', "", '"></p>'], "0": range([" ", "-", ""], many) },
      { "0": [["r", "k1"]] },
    ],
    [
      "in a text area",
      { f: 1, s: ["<textarea>", "", "</textarea>"], "0": range(["\n", "-", ""], many) },
      { "0": [["r", "k1"]] },
    ],
    [
      "with text in between",
      { f: 1, s: ["<p>", "", "</p>"], "0": range(['<b data-key="', '">', "</b>,"], many) },
      { "0": [["r", "k1"]] },
    ],
    [
      "without keys on the page",
      { f: 1, s: ["<ul>", "", "</ul>"], "0": range(["<li>", " ", "</li>"], many) },
      { "0": [["m", "k1", "k9"]] },
    ],
  ];
  test.each(table)("%s", (_, first, changes) => {
    serve(first);
    expectPage();
    update(changes);
    expectPage();
    expect(morphs).not.toHaveBeenCalled();
  });
});

test("a long list box keeps the person's choice", () => {
  serve({
    f: 1,
    s: ["<h1>", "</h1><select>", "</select>"],
    "0": "",
    "1": range(
      ['<option data-key="', '">', "</option>"],
      keys(20).map((key) => item(key)),
    ),
  });
  const select = region.querySelector("select") as HTMLSelectElement;
  select.selectedIndex = 7;
  update({ "0": "other" });
  update({ "1": [["p", [item("new")]]] });
  expect(select.value).toBe("text k7");
  update({ "1": [["r", "k7"]] });
  expect(select.value).toBe("text new");
  expectPage();
});

describe("a list that stops being one", () => {
  const cases: [string, JsonObject][] = [
    ["all rows removed", { "1": keys(20).map((key) => ["r", key]) }],
    ["all rows replaced", { "1": [...keys(20).map((key) => ["r", key]), ["a", [item("a"), item("b")]]] }],
    [
      "the first row removed, the others moved",
      {
        "1": [
          ["r", "k0"],
          ...keys(20)
            .slice(1)
            .map((key) => ["m", key, null]),
        ],
      },
    ],
    ["all rows moved", { "1": keys(20).map((key) => ["m", key, null]) }],
    ["text in its place", { "1": "none" }],
    [
      "another list in its place",
      {
        "1": range(
          LI,
          keys(15).map((key) => item(key, "other")),
          7,
        ),
      },
    ],
    ["a complete tree", { f: 1, "0": "new", "1": { f: 2, d: [item("z")], m: { idKey: "0" } } }],
    ["a row whose value breaks out of it", { "1": [["u", "k1", { "1": '"></li><li>' }]] }],
  ];
  test.each(cases)("%s", (_, changes) => {
    serve(list());
    update(changes);
    expectPage();
    update({ "0": "after" });
    expectPage();
  });

  test("because a script took one of its elements", () => {
    serve(list());
    update({ "0": "other" });
    row("k5").remove();
    update({ "1": [["u", "k1", { "1": "x" }]] });
    expect(row("k1").innerHTML).toBe('<input value="x">');
    update({ "1": [["m", "k5", "k6"]] });
    expectPage();
    expect(morphs).not.toHaveBeenCalled();
  });

  test("because its parent is another element now", () => {
    const inner = (f: number, tag: string): JsonObject => ({
      f,
      s: [`<${tag}>`, `</${tag}>`],
      "0": range(
        LI,
        keys(20).map((key) => item(key)),
      ),
    });
    serve({ f: 1, s: ["", ""], "0": inner(5, "ul") });
    update({ "0": inner(6, "ol") });
    expectPage();
    update({ "0": { "0": [["r", "k3"]] } });
    expectPage();
    expect(morphs).not.toHaveBeenCalled();
  });

  test("because what stands before it moves it to another element", () => {
    serve({
      f: 1,
      s: ["", "<ul>", "</ul>"],
      "0": "<ul></ul>",
      "1": range(
        LI,
        keys(20).map((key) => item(key)),
      ),
    });
    for (const before of ["", "<ul><li>x</li></ul><p></p>", "<textarea>", ""]) {
      update({ "0": before, "1": [["u", "k1", { "1": before.length ? "a" : "b" }]] });
      expectPage();
    }
  });

  test("because its element is ignored from now on", () => {
    serve({
      f: 1,
      s: ["<section", ">", "<ul>", "</ul></section>"],
      "0": "",
      "1": "a",
      "2": range(
        LI,
        keys(20).map((key) => item(key)),
      ),
    });
    region.querySelector("section")?.setAttribute("lvt-ignore", "");
    update({ "1": "b", "2": [["r", "k1"]] });
    expect(row("k1")).not.toBeNull();
    region.querySelector("section")?.removeAttribute("lvt-ignore");
    update({ "1": "c" });
    expectPage();
  });

  test("and keys that are escaped make no difference", () => {
    const odd = ["a&amp;b", "&lt;c&gt;", "d&#34;e", "f&#39;g", "h&#43;i", ...keys(20)];
    serve({
      f: 1,
      s: ["<ul>", "</ul>"],
      "0": range(
        LI,
        odd.map((key) => item(key)),
      ),
    });
    update({
      "0": [
        ["u", "a&amp;b", { "1": "x" }],
        ["m", "d&#34;e", null],
        ["r", "h&#43;i"],
      ],
    });
    expectPage();
    expect(morphs).not.toHaveBeenCalled();
  });
});

describe("what is the person's stays in rows too", () => {
  beforeEach(() => serve(list()));
  const field = (key: string) => row(key).firstElementChild as HTMLInputElement;

  test("focus, text and selection in a row that moves and changes", () => {
    field("k5").focus();
    field("k5").value = "typed";
    field("k5").setSelectionRange(1, 2);
    const element = field("k5");
    update({
      "1": [
        ["m", "k5", null],
        ["u", "k5", { "1": "server" }],
      ],
    });
    expect([document.activeElement, element.value, element.selectionStart, element.selectionEnd]).toEqual([
      element,
      "typed",
      1,
      2,
    ]);
    expect(region.querySelector("li")?.firstElementChild).toBe(element);
  });

  test("the same when the page around changes as well", () => {
    const element = field("k5");
    element.focus();
    element.value = "typed";
    update({
      "0": "other",
      "1": [
        ["m", "k5", null],
        ["u", "k5", { "1": "server" }],
      ],
    });
    expect([document.activeElement, element.value]).toEqual([element, "typed"]);
    expectPage();
  });

  test("and in rows that move without being bound", () => {
    serve(list(3));
    const element = field("k2");
    element.focus();
    element.value = "typed";
    update({
      "1": [
        ["m", "k2", null],
        ["u", "k2", { "1": "server" }],
      ],
    });
    expect([document.activeElement, element.value]).toEqual([element, "typed"]);
    expectPage();
  });

  test("text in a row that was left", () => {
    field("k5").value = "typed";
    update({
      "1": [
        ["m", "k5", null],
        ["u", "k5", { "1": "text k5" }],
        ["u", "k6", { "1": "x" }],
      ],
    });
    expect([field("k5").value, field("k6").value]).toEqual(["typed", "x"]);
  });

  test("details in new rows are known", () => {
    serve({
      f: 1,
      s: ["<ul>", "</ul>"],
      "0": range(
        ['<li data-key="', '"><details open>', "</details></li>"],
        keys(20).map((key) => item(key)),
      ),
    });
    update({ "0": [["a", [item("new")]]] });
    row("new").firstElementChild?.removeAttribute("open");
    update({ "0": [["u", "new", { "1": "changed" }]] });
    expect(row("new").innerHTML).toBe("<details>changed</details>");
  });
});
