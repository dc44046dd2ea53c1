import { describe, expect, test } from "vitest";
import { Tree, TreeError, type JsonObject } from "../src/tree";

/** Rows of "[key text]" in slot 0. */
const range = (...keys: string[]): JsonObject => ({
  f: 1,
  s: ["", ""],
  "0": { f: 2, s: ["[", " ", "]"], d: keys.map((key) => ({ "0": key, "1": key.toUpperCase() })), m: { idKey: "0" } },
});
const item = (key: string, text = key.toUpperCase()): JsonObject => ({ "0": key, "1": text });

function play(...trees: JsonObject[]): string {
  const tree = new Tree();
  for (const update of trees) tree.apply(JSON.parse(JSON.stringify(update)));
  return tree.html();
}

describe("complete trees and updates print", () => {
  const table: [string, JsonObject[], string][] = [
    ["statics only", [{ f: 1, s: ["<p>hi</p>"] }], "<p>hi</p>"],
    ["slots between statics", [{ f: 1, s: ["<b>", "</b><i>", "</i>"], "0": "1", "1": "2" }], "<b>1</b><i>2</i>"],
    ["an absent slot prints nothing", [{ f: 1, s: ["a", "b", "c"], "1": "x" }], "abxc"],
    ["a changed slot; the others stay", [{ f: 1, s: ["", "-", ""], "0": "a", "1": "b" }, { "1": "c" }], "a-c"],
    ["an empty update", [{ f: 1, s: ["", ""], "0": "a" }, {}], "a"],
    ["a slot emptied and filled again", [{ f: 1, s: ["", ""], "0": "a" }, { "0": "" }, { "0": "b" }], "b"],
    ["text that looks like template syntax", [{ f: 1, s: ["", ""], "0": "{{.X}}" }], "{{.X}}"],
    ["text that looks like a root tag", [{ f: 1, s: ["", ""], "0": "<root>x</root>" }], "<root>x</root>"],
    ["a nested node", [{ f: 1, s: ["<", ">"], "0": { f: 2, s: ["(", ")"], "0": "x" } }], "<(x)>"],
    [
      "a change deep inside",
      [{ f: 1, s: ["<", ">"], "0": { f: 2, s: ["(", ",", ")"], "0": "x", "1": "y" } }, { "0": { "1": "z" } }],
      "<(x,z)>",
    ],
    ["another branch", [{ f: 1, s: ["", ""], "0": { f: 2, s: ["yes"] } }, { "0": { f: 3, s: ["no"] } }], "no"],
    [
      "a branch seen before, without its statics",
      [{ f: 1, s: ["", ""], "0": { f: 2, s: ["yes"] } }, { "0": "" }, { "0": { f: 2 } }],
      "yes",
    ],
    ["a branch instead of text", [{ f: 1, s: ["", ""], "0": "t" }, { "0": { f: 2, s: ["b"] } }], "b"],
    [
      "a complete tree replaces everything",
      [
        { f: 1, s: ["", ""], "0": "a" },
        { f: 2, s: ["n"] },
      ],
      "n",
    ],
    [
      "a complete tree with known statics",
      [
        { f: 1, s: ["<", ">"], "0": "a" },
        { f: 1, "0": "b" },
      ],
      "<b>",
    ],
    [
      "one shape at two places",
      [{ f: 1, s: ["", "", ""], "0": { f: 2, s: ["(", ")"], "0": "a" }, "1": { f: 2, "0": "b" } }],
      "(a)(b)",
    ],
    ["a range", [range("a", "b")], "[a A][b B]"],
    ["a range without rows", [range()], ""],
    [
      "an else-branch in a range's place and back",
      [range("a"), { "0": { f: 3, s: ["none"] } }, { "0": { f: 2, d: [item("b")], m: { idKey: "0" } } }],
      "[b B]",
    ],
    [
      "keys beside the slots",
      [
        {
          f: 1,
          s: ["", ""],
          "0": {
            f: 2,
            s: ["<", ">"],
            d: [
              { _k: "1", "0": "x" },
              { _k: "2", "0": "x" },
            ],
          },
        },
        {
          "0": [
            ["r", "1"],
            ["u", "2", { "0": "y" }],
          ],
        },
      ],
      "<y>",
    ],
    [
      "rows with a node and a range inside",
      [
        {
          f: 1,
          s: ["", ""],
          "0": {
            f: 2,
            s: ["<", ":", ">"],
            d: [
              {
                _k: "a",
                "0": { f: 3, s: ["on"] },
                "1": {
                  f: 4,
                  s: ["", ""],
                  d: [
                    { _k: "x", "0": "1" },
                    { _k: "y", "0": "2" },
                  ],
                },
              },
            ],
          },
        },
        {
          "0": [
            [
              "u",
              "a",
              {
                "0": { f: 5, s: ["off"] },
                "1": [
                  ["r", "x"],
                  ["a", [{ _k: "z", "0": "3" }]],
                ],
              },
            ],
          ],
        },
      ],
      "<off:23>",
    ],
  ];
  test.each(table)("%s", (_, trees, html) => expect(play(...trees)).toBe(html));
});

describe("operations", () => {
  const table: [string, string[], JsonObject[string][], string][] = [
    ["r removes", ["a", "b", "c"], [["r", "b"]], "a c"],
    ["r the only row", ["a"], [["r", "a"]], ""],
    ["u changes slots", ["a", "b"], [["u", "b", { "1": "X" }]], "a b:X"],
    ["i at the start", ["a"], [["i", null, 0, item("n")]], "n a"],
    ["i behind a row", ["a", "b"], [["i", "a", 1, item("n")]], "a n b"],
    ["i behind the last", ["a", "b"], [["i", "b", 2, item("n")]], "a b n"],
    [
      "two i behind one row stand in order of arrival, the last first",
      ["a"],
      [
        ["i", "a", 1, item("n")],
        ["i", "a", 1, item("m")],
      ],
      "a m n",
    ],
    [
      "many insertions at many places beside changes",
      ["a", "b", "c", "d"],
      [
        ["r", "b"],
        ["u", "a", { "1": "X" }],
        ["i", null, 0, item("1")],
        ["i", "a", 2, item("2")],
        ["i", "c", 4, item("3")],
        ["i", "d", 6, item("4")],
        ["i", "4", 7, item("5")],
      ],
      "1 a:X 2 c 3 d 4 5",
    ],
    ["a appends", ["a"], [["a", [item("n"), item("m")]]], "a n m"],
    [
      "a to an emptied range",
      ["a"],
      [
        ["r", "a"],
        ["a", [item("n")]],
      ],
      "n",
    ],
    ["p prepends in the given order", ["a"], [["p", [item("n"), item("m")]]], "n m a"],
    ["m to the start", ["a", "b", "c"], [["m", "c", null]], "c a b"],
    ["m behind a row", ["a", "b", "c"], [["m", "a", "b"]], "b a c"],
    ["m to where it is", ["a", "b", "c"], [["m", "b", "a"]], "a b c"],
    ["o orders all", ["a", "b", "c"], [["o", ["c", "a", "b"]]], "c a b"],
    [
      "o together with changes and new rows",
      ["a", "b"],
      [
        ["u", "a", { "1": "X" }],
        ["a", [item("n")]],
        ["o", ["n", "b", "a"]],
      ],
      "n b a:X",
    ],
    [
      "a key that was removed may return",
      ["a", "b"],
      [
        ["r", "a"],
        ["a", [item("a", "new")]],
      ],
      "b a:new",
    ],
  ];
  test.each(table)("%s", (_, keys, operations, want) => {
    const html = play(range(...keys), { "0": operations });
    const rows = [...html.matchAll(/\[(\S+) (\S*)\]/g)].map(([, key, text]) =>
      text === key?.toUpperCase() ? key : `${key}:${text}`,
    );
    expect(rows.join(" ")).toBe(want);
  });

  test("are applied once, however often the page is printed", () => {
    const tree = new Tree();
    tree.apply({ f: 9, s: ["", ""], "0": range("a") });
    tree.apply({ "0": { "0": [["a", [item("b")]]] } });
    tree.html();
    tree.apply({});
    expect(tree.html()).toBe("[a A][b B]");
  });

  test("in any sequence do what they do to a plain list", () => {
    let seed = 7;
    const below = (limit: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;
    const tree = new Tree();
    const model: { key: string; text: string }[] = [];
    tree.apply(range());
    for (let step = 0; step < 3000; step++) {
      const at = below(model.length + 1);
      const here = model[at];
      const fresh = { key: `k${step}`, text: `t${step}` };
      let operation: JsonObject[string];
      if (here && step % 7 === 0) {
        model.splice(at, 1);
        operation = ["r", here.key];
      } else if (here && step % 7 === 1) {
        here.text = fresh.text;
        operation = ["u", here.key, { "1": here.text }];
      } else if (here && step % 7 < 4) {
        model.splice(at, 1);
        const to = below(model.length + 1);
        operation = ["m", here.key, model[to - 1]?.key ?? null];
        model.splice(to, 0, here);
      } else if (step % 7 === 4) {
        model.push(fresh);
        operation = ["a", [item(fresh.key, fresh.text)]];
      } else if (step % 99 === 5) {
        model.reverse();
        operation = ["o", model.map((row) => row.key)];
      } else {
        operation = ["i", model[at - 1]?.key ?? null, at, item(fresh.key, fresh.text)];
        model.splice(at, 0, fresh);
      }
      tree.apply({ "0": [operation] });
      if (step % 50 === 0 || step > 2990)
        expect(tree.html()).toBe(model.map((row) => `[${row.key} ${row.text}]`).join(""));
    }
  });
});

describe("what does not fit throws", () => {
  const table: [string, JsonObject, JsonObject | null][] = [
    ["an update before a complete tree", { "0": "x" }, null],
    ["an unknown shape", { f: 7, "0": "x" }, null],
    ["statics that are no list", { f: 7, s: "x" }, null],
    ["statics that are no strings", { f: 7, s: [1] }, null],
    ["a range at the root", { f: 7, s: ["", ""], d: [] }, null],
    ["a member that is no slot", { f: 7, s: ["", ""], "1": "x" }, null],
    ["a slot's name with a leading zero", { f: 7, s: ["", "", ""], "01": "x" }, null],
    ["a number as a value", { f: 7, s: ["", ""], "0": 5 }, null],
    ["null as a value", { f: 7, s: ["", ""], "0": null }, null],
    ["a list as a first value", { f: 7, s: ["", ""], "0": [] }, null],
    ["a change of an unknown slot", range("a"), { "5": "x" }],
    ["changes of text", { f: 7, s: ["", ""], "0": "x" }, { "0": { "0": "y" } }],
    ["changes of a range", range("a"), { "0": { "0": "y" } }],
    ["operations on text", { f: 7, s: ["", ""], "0": "x" }, { "0": [["r", "a"]] }],
    ["operations on a node", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], "0": "x" } }, { "0": [["r", "a"]] }],
    ["a node without statics after a text", { f: 7, s: ["", ""], "0": "x" }, { "0": { f: 9, "0": "y" } }],
    ["a key twice", range("a", "a"), null],
    ["an item without a key", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], d: [{ "0": "x" }] } }, null],
    ["a key that is a number", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], d: [{ _k: 1, "0": "x" }] } }, null],
    ["an idKey that names no slot", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], d: [], m: { idKey: "4" } } }, null],
    ["rows that are no list", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], d: {} } }, null],
    ["an unknown member of a range", { f: 7, s: ["", ""], "0": { f: 8, s: ["", ""], d: [], else: "x" } }, null],
    ["r of an unknown row", range("a"), { "0": [["r", "z"]] }],
    ["u of an unknown row", range("a"), { "0": [["u", "z", {}]] }],
    ["u without changes", range("a"), { "0": [["u", "a"]] }],
    ["u of the key's slot", range("a"), { "0": [["u", "a", { "0": "b" }]] }],
    ["i of a key that is there", range("a", "b"), { "0": [["i", "a", 1, item("b")]] }],
    ["i behind an unknown row", range("a"), { "0": [["i", "z", 1, item("b")]] }],
    ["i with a word for a place", range("a"), { "0": [["i", "a", "after", item("b")]] }],
    ["i at the start with a later position", range("a"), { "0": [["i", null, 1, item("b")]] }],
    ["i beyond the end", range("a"), { "0": [["i", "a", 3, item("b")]] }],
    ["a without a list", range("a"), { "0": [["a", item("b")]] }],
    ["a with statics, as other servers send", range("a"), { "0": [["a", [item("b")], ["", ""]]] }],
    ["m behind itself", range("a", "b"), { "0": [["m", "a", "a"]] }],
    ["m behind an unknown row", range("a"), { "0": [["m", "a", "z"]] }],
    ["o that leaves a row out", range("a", "b"), { "0": [["o", ["a"]]] }],
    ["o that names a row twice", range("a", "b"), { "0": [["o", ["a", "a"]]] }],
    ["o with an unknown row", range("a", "b"), { "0": [["o", ["a", "z"]]] }],
    ["an unknown operation", range("a"), { "0": [["x", "a"]] }],
    ["an operation that is no list", range("a"), { "0": ["r", "a"] }],
  ];
  test.each(table)("%s", (_, first, second) => {
    const tree = new Tree();
    if (second) {
      tree.apply(first);
      expect(() => tree.apply(second)).toThrow(TreeError);
    } else {
      expect(() => tree.apply(first)).toThrow(TreeError);
    }
    expect(() => tree.html()).toThrow(TreeError);
  });

  test("and statics of a tree that was not applied are kept for later ones", () => {
    const tree = new Tree();
    tree.apply(range("a"));
    const lost: JsonObject = { "0": [["u", "a", { "1": { f: 30, s: ["new"] } }], ["x"]] };
    expect(() => tree.apply(lost)).toThrow();
    tree.learn(lost);
    tree.apply({ f: 1, "0": { f: 2, d: [{ "0": "a", "1": { f: 30 } }], m: { idKey: "0" } } });
    expect(tree.html()).toBe("[a new]");
  });
});

describe("what other clients of this kind get wrong", () => {
  const rows = (f: number, ...keys: string[]): JsonObject => ({
    f,
    s: ["<li>", "</li>"],
    d: keys.map((key) => ({ _k: key, "0": key })),
  });
  const table: [string, JsonObject[], string][] = [
    [
      "operations on a nested range are not repeated with each message",
      [
        { f: 1, s: ["", "", ""], "0": { f: 2, s: ["<ul>", "</ul>"], "0": rows(3, "a") }, "1": "0" },
        { "0": { "0": [["a", [{ _k: "b", "0": "b" }]]] } },
        { "1": "1" },
        { "1": "2" },
      ],
      "<ul><li>a</li><li>b</li></ul>2",
    ],
    [
      "a branch in a range's place is printed once, whatever the number of rows",
      [{ f: 1, s: ["", ""], "0": rows(2, "a", "b") }, { "0": { f: 3, s: ["none"] } }],
      "none",
    ],
    ["and also when there were no rows", [{ f: 1, s: ["", ""], "0": rows(2) }, { "0": { f: 3, s: ["none"] } }], "none"],
    [
      "a change of a nested value in a row keeps its statics",
      [
        {
          f: 1,
          s: ["", ""],
          "0": { f: 2, s: ["<", ">"], d: [{ _k: "a", "0": { f: 3, s: ["P: ", "!", ""], "0": "low", "1": "x" } }] },
        },
        { "0": [["u", "a", { "0": { "0": "high" } }]] },
      ],
      "<P: high!x>",
    ],
    [
      "a range's place taken by a branch that itself holds a range shows the new rows",
      [{ f: 1, s: ["", ""], "0": rows(2, "old") }, { "0": { f: 3, s: ["<ul>", "</ul>"], "0": rows(4, "new") } }],
      "<ul><li>new</li></ul>",
    ],
    [
      "a value returns after it was empty",
      [{ f: 1, s: ["", ""], "0": { f: 2, s: ["(", ")"], "0": "x" } }, { "0": "" }, { "0": { f: 2, "0": "y" } }],
      "(y)",
    ],
    [
      "rows with two root elements",
      [
        { f: 1, s: ["", ""], "0": { f: 2, s: ["<dt>", "</dt><dd>", "</dd>"], d: [{ _k: "a", "0": "1", "1": "2" }] } },
        { "0": [["u", "a", { "1": "3" }]] },
      ],
      "<dt>1</dt><dd>3</dd>",
    ],
    [
      "the same keys in two ranges",
      [{ f: 1, s: ["", "|", ""], "0": rows(2, "a", "b"), "1": rows(2, "a", "b") }, { "1": [["r", "a"]] }],
      "<li>a</li><li>b</li>|<li>b</li>",
    ],
    [
      "keys that are names of object members",
      [
        { f: 1, s: ["", ""], "0": rows(2, "__proto__", "constructor") },
        {
          "0": [
            ["r", "constructor"],
            ["u", "__proto__", { "0": "x" }],
          ],
        },
      ],
      "<li>x</li>",
    ],
  ];
  test.each(table)("%s", (_, trees, html) => expect(play(...trees)).toBe(html));
});
