// Updates one by one, a construct each: what an update changes in the page is exactly what is written here, as a
// MutationObserver sees it, and the page is what a browser would have read from the server.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Morpher } from "../src/morph";
import { Tree, type JsonObject } from "../src/tree";
import { View } from "../src/view";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

let region: HTMLElement;
let tree: Tree;
let view: View;
let morpher: Morpher;
let held: Element | null;
let observer: MutationObserver;

beforeEach(() => (held = null));
afterEach(() => observer.disconnect());

/** Show a page, find where its slots are, and watch. */
function serve(first: JsonObject): void {
  document.body.innerHTML = '<div data-lvt-id="x"></div>';
  region = document.body.firstElementChild as HTMLElement;
  morpher = new Morpher(region, null, (from) => from === held);
  tree = new Tree();
  view = new View(morpher);
  update(first);
  if (tree.root) view.binder.bindRoot(tree.root);
  observer = new MutationObserver(() => undefined);
  observer.observe(region, { attributes: true, characterData: true, childList: true, subtree: true });
}

function update(changes: JsonObject): void {
  view.show(tree, JSON.parse(JSON.stringify(changes)) as JsonObject);
}

const nameOf = (node: Node) =>
  node instanceof Element ? `<${node.localName}>` : node instanceof Text ? JSON.stringify(node.data) : node.nodeName;

/** What has been done to the page since it was watched. */
function mutations(): string[] {
  return observer.takeRecords().map(({ type, target, attributeName, addedNodes, removedNodes }) => {
    if (type === "characterData") return `text ${nameOf(target)}`;
    if (type === "attributes") return `${attributeName} of ${nameOf(target)}`;
    return [
      ...[...removedNodes].map((node) => `- ${nameOf(node)}`),
      ...[...addedNodes].map((node) => `+ ${nameOf(node)}`),
    ].join(" ");
  });
}

function expectPage(): void {
  const holder = document.createElement("div");
  holder.innerHTML = tree.html();
  expect(region.innerHTML).toBe(holder.innerHTML);
}

const find = <Kind extends Element = HTMLElement>(selector: string) => region.querySelector(selector) as Kind;

const node = (f: number, s: string[], ...slots: JsonObject[string][]): JsonObject => ({
  f,
  s,
  ...Object.fromEntries(slots.map((value, index) => [index, value])),
});
const range = (f: number, s: string[], keys: string[]): JsonObject => ({
  f,
  s,
  d: keys.map((key) => ({ "0": key, "1": `t${key}` })),
  m: { idKey: "0" },
});

describe("an update touches", () => {
  const yes = node(11, ["<b>yes</b>"]);
  const no = node(12, ["<i>no</i> and <u>", "</u>"], "more");
  const LI = ['<li data-key="', '">', "</li>"];
  const PAIR = ['<dt data-key="', '">k</dt><dd>', "</dd>"];
  const table: [string, JsonObject, JsonObject, string[]][] = [
    ["a text alone", node(1, ["<p>", "</p>"], "a"), { "0": "b" }, ['text "b"']],
    ["a text between texts", node(1, ["<p>Hello ", "!</p>"], "a"), { "0": "b" }, ['text "b"']],
    ["one of two texts side by side", node(1, ["<p>", "", "</p>"], "a", "b"), { "1": "c" }, ['text "c"']],
    ["a text that was empty", node(1, ["<p>x", "y</p>"], ""), { "0": "b" }, ['text "b"']],
    ["a text that becomes empty", node(1, ["<p>x", "y</p>"], "b"), { "0": "" }, ['text ""']],
    [
      "a text with entities",
      node(1, ["<p>&amp;", "&lt;</p>"], "a"),
      { "0": "&lt;b&gt; &amp; &#34;" },
      ['text "<b> & \\""'],
    ],
    ["text in the region itself", node(1, ["Hello ", ""], "a"), { "0": "b" }, ['text "b"']],
    ["an attribute", node(1, ['<p class="x ', ' y" title="t">text</p>'], "a"), { "0": "b&amp;c" }, ["class of <p>"]],
    ["an attribute without quotes", node(1, ["<p class=", ">text</p>"], "a"), { "0": "b&#32;c" }, ["class of <p>"]],
    [
      "an attribute that comes, and one that changes",
      node(1, ['<p class="', '"', ">text</p>"], "a", ""),
      { "0": "b", "1": " hidden" },
      ["hidden of <p>", "class of <p>"],
    ],
    [
      "an attribute made of branches and lists",
      node(1, ['<p class="', " ", '">text</p>'], node(5, ["a"]), range(6, ["", "-", " "], ["k", "l"])),
      { "1": [["u", "k", { "1": "x" }]] },
      ["class of <p>"],
    ],
    ["an attribute in a drawing", node(1, ['<svg><circle r="', '"/></svg>'], "1"), { "0": "2" }, ["r of <circle>"]],
    ["text in a drawing", node(1, ["<svg><text>", "</text></svg>"], "1"), { "0": "2" }, ['text "2"']],
    [
      "a style sheet",
      node(1, ["<p>p</p><style>a{color:", "}</style>"], "red"),
      { "0": "blue" },
      ['text "a{color:blue}"'],
    ],
    [
      "data of a script",
      node(1, ['<script type="application/json">', "</script><p>p</p>"], "1"),
      { "0": "2" },
      ['text "2"'],
    ],
    ["a branch that comes", node(1, ["<p>a ", " b</p>"], ""), { "0": yes }, ["+ <b>", '- ""']],
    ["a branch that goes", node(1, ["<p>a ", " b</p>"], yes), { "0": "" }, ["- <b>", '+ ""']],
    [
      "a branch in place of another",
      node(1, ["<h1>t</h1>", "<hr>"], yes),
      { "0": no },
      ["+ <i>", '+ " and "', "+ <u>", "- <b>"],
    ],
    ["a text in a branch", node(1, ["<h1>t</h1>", "<hr>"], no), { "0": { "0": "less" } }, ['text "less"']],
    [
      "a row's text",
      node(1, ["<ul>", "</ul>"], range(2, LI, ["a", "b"])),
      { "0": [["u", "b", { "1": "x" }]] },
      ['text "x"'],
    ],
    ["a row that is removed", node(1, ["<ul>", "</ul>"], range(2, LI, ["a", "b"])), { "0": [["r", "a"]] }, ["- <li>"]],
    [
      "a row that is removed next to siblings",
      node(1, ["<ul><li>first</li>", "<li>last</li></ul>"], range(2, LI, ["a", "b"])),
      { "0": [["r", "a"]] },
      ["- <li>"],
    ],
    [
      "a row that is inserted between",
      node(1, ["<ul>", "</ul>"], range(2, LI, ["a", "b"])),
      { "0": [["i", "a", 1, { "0": "c", "1": "x" }]] },
      ["+ <li>"],
    ],
    [
      "rows of several elements",
      node(1, ["<dl>", "</dl>"], range(2, PAIR, ["a", "b", "c"])),
      { "0": [["r", "b"]] },
      ["- <dt>", "- <dd>"],
    ],
    [
      "rows of text",
      node(1, ["<p>", "</p>"], range(2, ["", ": ", ", "], ["a", "b", "c"])),
      { "0": [["u", "b", { "1": "x" }]] },
      ['text "x"'],
    ],
    [
      "rows in one of two lists in one element",
      node(1, ["<ul>", "", "</ul>"], range(2, LI, ["a", "b"]), range(2, LI, ["c", "d"])),
      { "1": [["r", "c"]] },
      ["- <li>"],
    ],
    ["a list that becomes empty", node(1, ["<ul>", "</ul>"], range(2, LI, ["a"])), { "0": [["r", "a"]] }, ["- <li>"]],
    [
      "the option that changes",
      node(1, ["<select>", "</select>"], range(2, ['<option id="', '">', "</option>"], ["a", "b"])),
      { "0": [["u", "b", { "1": "x" }]] },
      ['text "x"'],
    ],
    [
      "a row of a table whose body is not written",
      node(
        1,
        ["<table>\n  <caption>c</caption>\n  ", "\n</table>"],
        range(2, ['\n<tr data-key="', '"><td>', "</td></tr>\n"], ["a", "b"]),
      ),
      { "0": [["u", "b", { "1": "x" }]] },
      ['text "x"'],
    ],
  ];
  test.each(table)("%s", (_, first, changes, want) => {
    serve(first);
    expectPage();
    update(changes);
    expect(mutations().sort()).toEqual([...want].sort());
    expectPage();
  });

  test("nested rows", () => {
    const items = (keys: string[]): JsonObject[] => keys.map((key) => ({ "0": key, "1": `t${key}` }));
    const inner = (keys: string[]): JsonObject => ({ f: 3, s: LI, d: items(keys), m: { idKey: "0" } });
    const outer = ['<section data-key="', '"><ul>', "</ul></section>"];
    serve(
      node(1, ["", ""], {
        f: 2,
        s: outer,
        d: [
          { "0": "s", "1": inner(["a", "b"]) },
          { "0": "t", "1": inner(["c"]) },
        ],
        m: { idKey: "0" },
      }),
    );
    update({
      "0": [
        [
          "u",
          "s",
          {
            "1": [
              ["r", "a"],
              ["u", "b", { "1": "x" }],
            ],
          },
        ],
      ],
    });
    expect(mutations()).toEqual(['text "x"', "- <li>"]);
    expectPage();
  });
});

describe("what cannot be addressed is shown with as little as possible around it", () => {
  const LI = ['<li data-key="', '">', "</li>"];
  const whole = () => vi.spyOn(morpher, "update");

  test("a paragraph that its content ends", () => {
    serve(node(1, ["<h1>", "</h1><section><p>", "</p></section>"], "t", "x"));
    const heading = find("h1");
    const spy = whole();
    update({ "1": node(2, ["<div>d</div>"]) });
    expectPage();
    update({ "0": "u", "1": "y" });
    expectPage();
    expect(spy).not.toHaveBeenCalled();
    expect(find("h1")).toBe(heading);
  });

  test("the content of a template element", () => {
    serve(node(1, ["<h1>", "</h1><template><b>", "</b></template>"], "t", "x"));
    update({ "1": "y" });
    expectPage();
    expect(mutations().filter((line) => line.includes("h1"))).toEqual([]);
  });

  test("text where a table has none", () => {
    serve(node(1, ["<h1>t</h1><p>a</p> <table><tbody>", "</tbody></table>"], ""));
    update({ "0": "text" });
    expectPage();
    update({ "0": "<tr><td>1</td></tr>" });
    expectPage();
  });

  test("text that elements left open before it go on around", () => {
    serve(node(1, ["<p><b>x</p>", "</b><hr>"], ""));
    update({ "0": "y" });
    expectPage();
  });

  test("a table's rows that come and go take the body that is not written with them", () => {
    const row = ['<tr data-key="', '"><td>', "</td></tr>"];
    serve(node(1, ["<table>", "</table>"], range(2, row, ["a"])));
    update({ "0": [["r", "a"]] });
    expectPage();
    update({ "0": [["a", [{ "0": "b", "1": "x" }]]] });
    expectPage();
    update({ "0": [["u", "b", { "1": "y" }]] });
    expectPage();
  });

  test("rows that put what is in them beside themselves, where there was no row before", () => {
    const ITEM = ['<li id="', '">', "</li>"];
    const list = (...items: JsonObject[]): JsonObject => ({ f: 3, d: items, m: { idKey: "0" } });
    const item = (key: string, ...items: JsonObject[]): JsonObject => ({
      "0": key,
      "1": items.length ? { f: 2, "0": list(...items) } : { f: 2 },
    });
    serve(node(1, ["", "<p>", "</p>"], node(2, ["", ""]), "x"));
    update({ "0": { "0": { ...list(item("a", item("b"))), s: ITEM } } });
    expectPage();
    update({ "0": { "0": [["a", [item("c", item("d"), item("e")), item("f")]]] }, "1": "y" });
    expectPage();
    update({ "0": { "0": [["r", "a"]] } });
    expectPage();
    update({ "0": { "0": list(item("g")) } });
    expectPage();
  });

  test.each(["dl", "b", "select"])("a table's rows in <%s>, which the table puts before itself", (name) => {
    serve(node(1, [`<p>t</p> <table><${name}>`, `</${name}></table><p>`, "</p>"], "", "x"));
    const row = (key: string): JsonObject => ({ "0": key });
    update({ "0": { f: 2, s: ['<tr data-key="', '"><td>1</td></tr>'], d: ["a", "b"].map(row), m: { idKey: "0" } } });
    expectPage();
    update({ "0": [["r", "a"]], "1": "y" });
    expectPage();
    update({ "0": "" });
    expectPage();
  });

  test("what only stands directly before a table", () => {
    serve(node(1, ["<h1>", "</h1><table><tr><td>", "</td></tr></table>"], "t", "x"));
    const spy = whole();
    update({ "0": "u", "1": "y" });
    expect(mutations()).toEqual(['text "u"', 'text "y"']);
    expect(spy).not.toHaveBeenCalled();
  });

  test("the first line of preformatted text", () => {
    serve(node(1, ["<pre>", "", "</pre>"], "x", "\ny"));
    for (const [first, second] of [
      ["", "\ny"],
      ["\n", "\ny"],
      ["z", "\ny"],
      ["", "w"],
    ] as const) {
      update({ "0": first, "1": second });
      expectPage();
    }
  });

  test("HTML that ends elements around it, for as long as it is there", () => {
    serve(node(1, ["<h1>", "</h1><div><p>", "</p></div><p>", "</p>"], "t", "x", "y"));
    update({ "1": "</p></div><b>open" });
    expectPage();
    update({ "2": "z" });
    expectPage();
    update({ "1": "x" });
    expectPage();
    const spy = whole();
    update({ "2": "w" });
    expectPage();
    expect(spy).not.toHaveBeenCalled();
  });

  test("a value that ends its attribute", () => {
    serve(node(1, ['<ul><li class="', '">x</li></ul>'], "a"));
    update({ "0": '"></li><li class="b' });
    expectPage();
    update({ "0": "c" });
    expectPage();
  });

  describe("where something else has changed the page", () => {
    const page = () => node(1, ["<h1>", "</h1><ul>", "</ul><p>", "</p>"], "t", range(2, LI, ["a", "b", "c"]), "x");

    test("a text that is gone", () => {
      serve(page());
      find("p").innerHTML = "<font>y</font>";
      update({ "2": "z" });
      expectPage();
    });

    test("a text that stands elsewhere", () => {
      serve(page());
      const text = find("p").firstChild as Text;
      const font = document.createElement("font");
      text.replaceWith(font);
      update({ "2": "z" });
      expectPage();
    });

    test("an element that is gone", () => {
      serve(page());
      find("ul").remove();
      update({ "1": [["u", "a", { "1": "z" }]] });
      expectPage();
    });

    test("a row that is gone", () => {
      serve(page());
      find('[data-key="b"]').remove();
      update({ "1": [["u", "b", { "1": "z" }]] });
      expectPage();
    });

    test("rows in another order, before they were looked into", () => {
      serve(page());
      find("ul").prepend(find('[data-key="c"]'));
      update({ "1": [["u", "a", { "1": "z" }]] });
      expect(find('[data-key="a"]').textContent).toBe("z");
      update({
        "1": [
          ["m", "c", "b"],
          ["m", "b", null],
        ],
      });
      expect([...region.querySelectorAll("li")].map(({ textContent }) => textContent)).toEqual(["tb", "z", "tc"]);
    });

    test("nodes among the rows stay where they do not matter", () => {
      serve(page());
      find("ul").insertBefore(document.createElement("x-extension"), find('[data-key="b"]'));
      update({
        "1": [
          ["u", "b", { "1": "z" }],
          ["r", "a"],
          ["a", [{ "0": "d", "1": "w" }]],
        ],
      });
      expect(find("ul").textContent).toBe("ztcw");
      update({ "1": { f: 2, d: [{ "0": "e", "1": "v" }], m: { idKey: "0" } } });
      expectPage();
    });

    test("before the slots were looked for", () => {
      serve(page());
      update({ f: 1, "0": "t", "1": "", "2": "x" });
      find("h1").append("!");
      update({ "2": "y" });
      expect(find("p").textContent).toBe("y");
      update({ "0": "u" });
      expectPage();
    });
  });
});

describe("what is the person's stays", () => {
  test("text typed into a field whose other attributes change", () => {
    serve(node(1, ['<input class="', '" value="', '">'], "a", "v"));
    const input = find<HTMLInputElement>("input");
    input.value = "typed";
    update({ "0": "b" });
    expect([input.className, input.value]).toEqual(["b", "typed"]);
    update({ "1": "w" });
    expect(input.value).toBe("w");
  });

  test("the field in use", () => {
    serve(node(1, ["<p>", '</p><textarea rows="', '">', "</textarea>"], "p", "1", "v"));
    const area = find<HTMLTextAreaElement>("textarea");
    area.focus();
    area.value = "typed";
    area.setSelectionRange(1, 3);
    update({ "0": "q", "1": "2", "2": "w" });
    expect([document.activeElement, area.value, area.selectionStart, area.rows]).toEqual([area, "typed", 1, 2]);
    expectPage();
  });

  test("a box that was ticked, until the server changes its mind", () => {
    serve(node(1, ['<input type="checkbox" class="', '"', ">"], "a", ""));
    const box = find<HTMLInputElement>("input");
    box.checked = true;
    update({ "0": "b" });
    expect(box.checked).toBe(true);
    update({ "1": " checked" });
    update({ "1": "" });
    expect(box.checked).toBe(false);
  });

  test("details that were opened, until the server changes its mind", () => {
    serve(node(1, ['<details class="', '"', "><p>", "</p></details>"], "a", "", "x"));
    const details = find("details");
    details.setAttribute("open", "");
    update({ "0": "b", "2": "y" });
    expect([details.className, details.hasAttribute("open"), find("p").textContent]).toEqual(["b", true, "y"]);
    update({ "1": " open" });
    update({ "1": "" });
    expect(details.hasAttribute("open")).toBe(false);
  });

  test("a choice among options that change, come and go", () => {
    const OPTION = ['<option value="', '"', ">", "</option>"];
    const option = (key: string): JsonObject => ({ "0": key, "2": `t${key}` });
    serve(node(1, ["<select>", "</select>"], { f: 2, s: OPTION, d: ["a", "b", "c"].map(option), m: { idKey: "0" } }));
    const select = find<HTMLSelectElement>("select");
    select.value = "b";
    update({
      "0": [
        ["u", "b", { "2": "x" }],
        ["p", [option("d")]],
        ["r", "c"],
      ],
    });
    expect(select.value).toBe("b");
    update({ "0": [["u", "a", { "1": " selected" }]] });
    expect(select.value).toBe("a");
    update({ "0": [["u", "a", { "1": "" }]] });
    expect(select.value).toBe("d");
    expectPage();
  });

  test("which of several options with one value is chosen", () => {
    const OPTION = ["<option>", "</option>"];
    const option = (key: string): JsonObject => ({ _k: key, "0": "same" });
    serve(node(1, ["<select>", "</select>"], { f: 2, s: OPTION, d: ["a", "b"].map(option) }));
    const select = find<HTMLSelectElement>("select");
    const first = select.options[0];
    // Nobody has chosen: the first one, as in a fresh page.
    update({ "0": [["p", [option("c")]]] });
    expect([select.selectedIndex, select.options[1]]).toEqual([0, first]);
    // Somebody has chosen the second of three, which stays, wherever it goes.
    select.selectedIndex = 1;
    update({ "0": [["p", [option("d")]]] });
    expect([select.selectedIndex, select.selectedOptions[0]]).toEqual([2, first]);
    // Without it another one of its value is as good.
    update({ "0": [["r", "a"]] });
    expect([select.selectedIndex, select.value]).toEqual([0, "same"]);
    expectPage();
  });

  test("elements with lvt-ignore", () => {
    serve(node(1, ["<div lvt-ignore><b>", "</b></div><p>", "</p>"], "a", "x"));
    find("b").innerHTML = "<i>mine</i>";
    update({ "0": "b", "1": "y" });
    expect(region.innerHTML).toBe('<div lvt-ignore=""><b><i>mine</i></b></div><p>y</p>');
  });

  test("elements that are held, and what they should become is told", () => {
    serve(node(1, ['<button class="', '">', "</button><p>", "</p>"], "a", "Save", "x"));
    const told: string[] = [];
    held = find("button");
    morpher = new Morpher(region, null, (from, to) => {
      if (from === held && to) told.push(to.outerHTML);
      return from === held;
    });
    view = new View(morpher);
    view.show(tree, node(1, ['<button class="', '">', "</button><p>", "</p>"], "a", "Save", "x"));
    told.length = 0;
    update({ "1": "Saved", "2": "y" });
    expect(region.innerHTML).toBe('<button class="a">Save</button><p>y</p>');
    expect(told).toEqual(['<button class="a">Saved</button>']);
    // Whoever held it does this.
    held = null;
    find("button").textContent = "Saved";
    update({ "0": "b" });
    expectPage();
    update({ "1": "Save again" });
    expectPage();
  });

  test("an editable element in use", () => {
    serve(node(1, ['<div contenteditable="true" tabindex="0">', "</div><p>", "</p>"], "a", "x"));
    find("div").focus();
    find("div").textContent = "typed";
    update({ "0": "b", "1": "y" });
    expect([find("div").textContent, find("p").textContent]).toEqual(["typed", "y"]);
    find("div").blur();
    update({ "0": "c" });
    expectPage();
  });

  test("a row with the focus does not move when others can instead", () => {
    const ROW = ['<li data-key="', '"><input value="', '"></li>'];
    serve(node(1, ["<ul>", "</ul>"], range(2, ROW, ["a", "b", "c", "d"])));
    const input = find<HTMLInputElement>('[data-key="c"] input');
    input.focus();
    const blur = vi.fn();
    input.addEventListener("blur", blur);
    for (const after of [null, "a", "d", "b"]) {
      update({ "0": [["m", "c", after]] });
      expectPage();
    }
    expect(blur).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(input);
  });

  test("scripts never run again, and data of theirs follow the server", () => {
    serve(node(1, ["<script>window.ran = ", "</script><p>", "</p>"], "1", "x"));
    update({ "0": "2", "1": "y" });
    expect([find("script").textContent, find("p").textContent]).toEqual(["window.ran = 1", "y"]);
    expect("ran" in window).toBe(false);
  });
});

describe("a whole document", () => {
  test("its title and its body follow, the rest stays", () => {
    document.documentElement.innerHTML = "<head><title>t</title></head><body><p>x</p></body>";
    region = document.body;
    const own = document.createElement("script");
    own.src = "/livetemplate-1.js";
    document.body.append(own);
    morpher = new Morpher(region, own, () => false);
    tree = new Tree();
    view = new View(morpher);
    observer = new MutationObserver(() => undefined);
    const page = [
      '<!doctype html><html lang="',
      '"><head><title>',
      '</title><link rel="icon" href="',
      '"></head><body class="',
      '"><p>',
      "</p></body></html>",
    ];
    update(node(1, page, "en", "t", "a", "b", "x"));
    const spy = vi.spyOn(morpher, "update");
    update({ "0": "de", "1": "t &amp; u", "2": "c", "3": "d", "4": "y" });
    expect(spy).not.toHaveBeenCalled();
    expect(document.title).toBe("t & u");
    expect(region.innerHTML).toBe('<p>y</p><script src="/livetemplate-1.js"></script>');
  });
});
