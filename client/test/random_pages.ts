// Random templates, states and journeys of states in wire form, for property tests. A template is made of pieces for every
// context in which a slot can stand; a journey changes a state step by step and says what a server would send: the complete
// tree, or the difference between two states. The page that a state means is printed here too, without the client's tree.

import type { Json, JsonObject } from "../src/tree";

export class Random {
  constructor(private state: number) {
    this.state = (state ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** A whole number from 0 to limit - 1. */
  below(limit: number): number {
    // xorshift32
    this.state ^= this.state << 13;
    this.state >>>= 0;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

// ---- templates ----

export type Slot =
  | { kind: "text"; pool: readonly string[] }
  /** The path of the element in the state: tells which element is which. */
  | { kind: "path" }
  | { kind: "key" }
  | { kind: "branch"; options: (Template | null)[] }
  | { kind: "range"; row: Template };

export interface Template {
  id: number;
  statics: string[];
  slots: Slot[];
}

/** What a piece of a template is written with. */
type Part = string | Slot;

const TEXTS = [
  "",
  "",
  "x",
  "some text",
  " ",
  "a &amp; b",
  "&lt;i&gt;",
  "a\nb",
  "\n",
  "\ny",
  "é 𝄞",
  "&#34;q&#34; &#39;",
  "0",
];
const WORDS = ["", "red", "a b", "x&amp;y", "&#34;", "on", "1", "a&#43;b"];
const MARKUP = [
  "",
  "plain",
  "<b>bold</b>",
  "t<i>u</i>v",
  "<i></i>",
  "<!-- c -->",
  "<u>1</u><u>2</u>",
  "&amp;<b>x</b>&lt;",
];
const ODD = [
  "<b>open",
  "</p>",
  "<p>p",
  "<div>d</div>",
  "</div>",
  "<tr><td>c</td></tr>",
  "<li>l",
  "<a>a",
  "</b>",
  "<option>o",
];

export const text: Slot = { kind: "text", pool: TEXTS };
const word: Slot = { kind: "text", pool: WORDS };
const markup: Slot = { kind: "text", pool: MARKUP };
const odd: Slot = { kind: "text", pool: ODD };
const path: Slot = { kind: "path" };

/** The same as a whole document. */
export function asDocument({ id, statics, slots }: Template): Template {
  const texts = [...statics];
  texts[0] = `<!doctype html><html lang="en"><head><title>t</title></head><body class="b">${texts[0]}`;
  texts[texts.length - 1] += "</body></html>";
  return { id, statics: texts, slots };
}

export class TemplateMaker {
  private lastId = 0;

  /**
   * `isOdd`: with HTML that a parser does not take as it is written. `inTables` stands where a table has no place for it:
   * jsdom's parser puts text from there to the wrong side of the table.
   */
  constructor(
    private readonly random: Random,
    private readonly isOdd: boolean,
    private readonly inTables: Slot = { kind: "text", pool: ["", " ", "<i>i</i>", "<u>u</u>"] },
  ) {}

  template(depth = 3): Template {
    const parts: Part[] = [];
    for (let count = 1 + this.random.below(4); count > 0; count--) parts.push(...this.piece(depth));
    return this.join(parts);
  }

  private join(parts: Part[]): Template {
    const statics = [""];
    const slots: Slot[] = [];
    for (const part of parts) {
      if (typeof part === "string") {
        statics[statics.length - 1] += part;
      } else {
        slots.push(part);
        statics.push("");
      }
    }
    return { id: ++this.lastId, statics, slots };
  }

  private space(): string {
    return this.random.pick(["", "", "\n  ", " "]);
  }

  private inline(): Part[] {
    switch (this.random.below(6)) {
      case 0:
        return ["Hello ", text, "!"];
      case 1:
        return [text, text];
      case 2:
        return ['<b data-p="', path, '">', text, "</b>"];
      case 3:
        return ["&copy; ", text];
      case 4:
        return [{ kind: "branch", options: [this.join([text]), this.join(["<em>e</em>"]), this.join(["x"]), null] }];
      default:
        return [text];
    }
  }

  private content(depth: number): Part[] {
    return depth > 0 ? this.template2(depth - 1) : this.inline();
  }

  private template2(depth: number): Part[] {
    const parts: Part[] = [];
    for (let count = 1 + this.random.below(2); count > 0; count--) parts.push(...this.piece(depth));
    return parts;
  }

  private piece(depth: number): Part[] {
    const { random } = this;
    const space = () => this.space();
    const rows = (tag: string, content: () => Part[]): Slot => ({ kind: "range", row: this.row(tag, content, depth) });
    if (this.isOdd && random.chance(20)) return this.oddPiece(depth);
    switch (random.below(depth > 0 ? 27 : 12)) {
      case 0:
        return this.inline();
      case 1:
        return ["some text", space()];
      case 2:
        return ['<p data-p="', path, '" class="a ', word, '">', ...this.inline(), "</p>", space()];
      case 3:
        return ['<input value="', word, "\" title='", word, "'>"];
      case 4:
        return ['<input type="checkbox"', { kind: "branch", options: [this.join([" checked"]), null] }, ">"];
      case 5:
        return ['<textarea rows="', word, '">', text, "</textarea>"];
      case 6:
        return ['<svg viewBox="0 0 1 1"><circle r="', word, '"/><text data-p="', path, '">', text, "</text></svg>"];
      case 7:
        return ["<!-- note -->", text, "<hr>"];
      case 8:
        return ["<style>a{color:", word, "}</style>", '<script type="application/json">"', word, '"</script>'];
      case 9:
        return [markup];
      case 10:
        return [
          '<details data-p="',
          path,
          '"',
          { kind: "branch", options: [this.join([" open"]), null] },
          ">",
          text,
          "</details>",
        ];
      case 11:
        return ["<pre>", text, "</pre>", '<a href="/', word, '" x', word, ">", text, "</a>"];
      case 12:
      case 13:
        return [
          space(),
          {
            kind: "branch",
            options: [this.join(this.template2(depth - 1)), this.join(this.template2(depth - 1)), null],
          },
          space(),
        ];
      case 14:
        return ['<div data-p="', path, '">', space(), ...this.content(depth), space(), "</div>"];
      case 15:
      case 16:
        return ["<ul>", space(), rows("li", () => this.content(depth)), space(), "</ul>"];
      case 17:
        return ["<ol><li>first</li>", space(), rows("li", () => this.inline()), "<li>last</li></ol>"];
      case 18:
        return [
          "<table><tbody>",
          space(),
          rows("tr", () => ["<td>", ...this.inline(), "</td><td>", text, "</td>"]),
          "</tbody></table>",
        ];
      case 19: {
        // Every row gives the choice, or none does.
        const option = this.join([" selected"]);
        return [
          "<select>",
          rows("option", () => [text]),
          "<option",
          { kind: "branch", options: [option, null] },
          ">",
          text,
          "</option></select>",
        ];
      }
      case 20:
        return ["<dl>", { kind: "range", row: this.pairRow() }, "</dl>"];
      case 21:
        return ["<p>", { kind: "range", row: this.textRow() }, "</p>"];
      case 22:
        return ['<p title="', { kind: "range", row: this.textRow() }, '">', text, "</p>"];
      case 23:
        return ["<div>", rows("p", () => this.inline()), space(), rows("p", () => this.inline()), text, "</div>"];
      case 24:
        return ["<div>", { kind: "range", row: this.join([...this.template2(depth - 1)]) }, "</div>"];
      case 25:
        return [{ kind: "range", row: this.row("section", () => this.content(depth), depth) }];
      default:
        return ["<table>", space(), rows("tr", () => ["<td>", text, "</td>"]), space(), "</table>"];
    }
  }

  private row(tag: string, content: () => Part[], depth: number): Template {
    const { random } = this;
    const space = random.pick(["", "", "\n    "]);
    const name = random.pick(["data-key", "data-key", "id"]);
    const parts: Part[] = [
      space,
      `<${tag} ${name}="`,
      { kind: "key" },
      '" class="',
      word,
      '">',
      ...content(),
      `</${tag}>`,
      space,
    ];
    // Rows of several elements, or with text about them.
    if (tag !== "tr" && tag !== "option" && random.chance(15)) parts.push(", ");
    if (tag !== "tr" && tag !== "option" && random.chance(10)) parts.push(...this.inline());
    if (depth > 0 && tag === "section" && random.chance(30)) parts.unshift("<hr>");
    return this.join(parts);
  }

  private pairRow(): Template {
    return this.join(['<dt data-key="', { kind: "key" }, '">', text, "</dt>", this.space(), "<dd>", text, "</dd>"]);
  }

  private textRow(): Template {
    return this.random.pick([
      this.join([word, ": ", word, ", "]),
      this.join([word]),
      this.join(["- ", word]),
      this.join([" ", word, { kind: "branch", options: [this.join(["!"]), null] }, " "]),
    ]);
  }

  private oddPiece(depth: number): Part[] {
    const content = () => this.content(depth - 1);
    switch (this.random.below(14)) {
      case 0:
        return ["<p>", { kind: "branch", options: [this.join(["<div>in</div>"]), this.join([text]), null] }, "</p>"];
      case 1:
        return ["<p>one", ...content(), "<p>two"];
      case 2:
        return ["<b><p>", text, "</b>", text, "</p>"];
      case 3:
        return ["<table><tr>", this.inTables, "<td>", ...content(), "</table>"];
      case 4:
        return ["<a>", ...content(), "<a>x</a></a>"];
      case 5:
        return [odd];
      case 6:
        return ["<template>", text, "<b>", word, "</b></template>"];
      case 7:
        return ["<ul>", { kind: "range", row: this.join(['<li data-key="', { kind: "key" }, '">', text]) }, "</ul>"];
      case 8:
        return [
          "<pre>",
          { kind: "branch", options: [this.join(["\n", text]), this.join([text]), null] },
          text,
          "</pre>",
        ];
      case 9:
        return ["<select>", odd, "<option>", text, "</option></select>"];
      case 10:
        return [
          "<div ",
          { kind: "branch", options: [this.join(['title="a>b"']), null] },
          " id=",
          word,
          "x>",
          ...content(),
          "</div>",
        ];
      case 11:
        return [{ kind: "branch", options: [this.join(["<div>"]), null] }, ...content(), "</div>"];
      case 12:
        return ["<!-- ", word, " -->", text];
      default:
        return [
          "<table>",
          { kind: "branch", options: [this.join(["<tr><td>1</td></tr>"]), this.join([this.inTables]), null] },
          "</table>",
        ];
    }
  }
}

// ---- states ----

interface NodeState {
  template: Template;
  path: string;
  values: State[];
}

interface RowState extends NodeState {
  key: string;
}

type State =
  | { kind: "text"; text: string }
  | { kind: "branch"; node: NodeState | null }
  /** `isHeld`: the reader has a range there, even if it is empty. */
  | { kind: "range"; rows: RowState[]; isHeld: boolean };

const ROWS_MAX = 7;

export class Journey {
  private state: NodeState;
  private readonly known = new Set<number>();
  private lastPath = 0;

  constructor(
    private readonly random: Random,
    template: Template,
  ) {
    this.state = this.node(template);
  }

  /** The complete tree. */
  complete(): JsonObject {
    return this.writeNode(this.state);
  }

  /** The page that the state means. */
  html(): string {
    return print(this.state);
  }

  /** Change the state; what a server sends then. */
  step(): JsonObject {
    for (let tries = 20; tries > 0; tries--) {
      const changes = this.changeNode(this.state, 3 + this.random.below(40));
      if (changes) return changes;
    }
    return {};
  }

  // ---- making ----

  private node(template: Template, key?: string): NodeState {
    const own = `p${++this.lastPath}`;
    const state: NodeState = { template, path: own, values: [] };
    state.values = template.slots.map((slot, index): State => {
      switch (slot.kind) {
        case "text":
          return { kind: "text", text: this.random.pick(slot.pool) };
        case "path":
          return { kind: "text", text: `${own}-${index}` };
        case "key":
          return { kind: "text", text: key ?? "" };
        case "branch":
          return { kind: "branch", node: this.branch(slot) };
        case "range": {
          const rows = Array.from({ length: this.random.chance(25) ? 0 : this.random.below(ROWS_MAX) }, () =>
            this.row(slot.row),
          );
          return { kind: "range", rows, isHeld: rows.length > 0 };
        }
      }
    });
    return state;
  }

  private branch(slot: { options: (Template | null)[] }): NodeState | null {
    const option = this.random.pick(slot.options);
    return option && this.node(option);
  }

  private row(template: Template): RowState {
    const key = `k${++this.lastPath}`;
    return { ...this.node(template, key), key };
  }

  // ---- changing ----

  /** Change about so many percent of the slots; null when nothing came of it. */
  private changeNode(state: NodeState, percent: number): JsonObject | null {
    const changes: JsonObject = {};
    state.values.forEach((value, index) => {
      const change = this.changeValue(state.template.slots[index] as Slot, value, percent);
      if (change !== null) changes[index] = change;
    });
    return Object.keys(changes).length ? changes : null;
  }

  private changeValue(slot: Slot, value: State, percent: number): Json {
    const { random } = this;
    if (value.kind === "text") {
      if (slot.kind !== "text" || !random.chance(percent)) return null;
      const before = value.text;
      value.text = random.pick(slot.pool);
      return value.text === before ? null : value.text;
    }
    if (value.kind === "branch" && slot.kind === "branch") {
      if (value.node && !random.chance(percent)) return this.changeNode(value.node, percent);
      if (!random.chance(percent)) return null;
      const hadNode = value.node !== null;
      value.node = this.branch(slot);
      if (!value.node) return hadNode ? "" : null;
      return this.writeNode(value.node);
    }
    if (value.kind === "range" && slot.kind === "range") return this.changeRange(slot.row, value, percent);
    return null;
  }

  private changeRange(template: Template, value: State & { kind: "range" }, percent: number): Json {
    const { random } = this;
    const { rows } = value;
    if (!value.isHeld) {
      if (!random.chance(percent)) return null;
      rows.push(...Array.from({ length: 1 + random.below(ROWS_MAX) }, () => this.row(template)));
      value.isHeld = true;
      return this.writeRange(template, rows);
    }
    if (random.chance(2)) {
      rows.length = 0;
      value.isHeld = false;
      return "";
    }
    const operations: Json[] = [];
    const write = (row: RowState) => this.writeItem(row);
    for (let count = random.chance(percent) ? 1 + random.below(4) : 0; count > 0; count--) {
      const at = random.below(rows.length || 1);
      const row = rows[at];
      const make = () => this.row(template);
      switch (random.below(9)) {
        case 0:
        case 1:
          if (!row) break;
          rows.splice(at, 1);
          operations.push(["r", row.key]);
          break;
        case 2:
        case 3: {
          if (!row || rows.length < 2) break;
          rows.splice(at, 1);
          const to = random.below(rows.length + 1);
          operations.push(["m", row.key, rows[to - 1]?.key ?? null]);
          rows.splice(to, 0, row);
          break;
        }
        case 4: {
          const fresh = make();
          operations.push(["i", rows[at - 1]?.key ?? null, at, write(fresh)]);
          rows.splice(at, 0, fresh);
          break;
        }
        case 5: {
          const fresh = [make(), make()].slice(random.below(2));
          operations.push(["a", fresh.map(write)]);
          rows.push(...fresh);
          break;
        }
        case 6: {
          const fresh = [make(), make()].slice(random.below(2));
          operations.push(["p", fresh.map(write)]);
          rows.unshift(...fresh);
          break;
        }
        case 7:
          if (random.chance(50)) rows.reverse();
          else rows.sort((a, b) => (a.key < b.key ? -1 : 1));
          operations.push(["o", rows.map(({ key }) => key)]);
          break;
        default:
          if (!random.chance(20)) break;
          operations.push(...rows.map(({ key }): Json => ["r", key]));
          rows.length = 0;
          if (random.chance(50)) break;
          rows.push(make(), make());
          operations.push(["a", rows.map(write)]);
      }
    }
    // A change may stand anywhere among the operations, as long as its row is there.
    for (const row of rows) {
      const changes = this.changeNode(row, percent >> 1);
      if (changes) operations.push(["u", row.key, changes]);
    }
    return operations.length ? operations : null;
  }

  // ---- writing ----

  private writeShape(template: Template): JsonObject {
    if (this.known.has(template.id)) return { f: template.id };
    this.known.add(template.id);
    return { f: template.id, s: template.statics };
  }

  private writeNode(state: NodeState): JsonObject {
    return { ...this.writeShape(state.template), ...this.writeSlots(state) };
  }

  private writeSlots(state: NodeState): JsonObject {
    const slots: JsonObject = {};
    state.values.forEach((value, index) => {
      if (value.kind === "text") {
        if (value.text) slots[index] = value.text;
      } else if (value.kind === "branch") {
        if (value.node) slots[index] = this.writeNode(value.node);
      } else if (value.isHeld) {
        slots[index] = this.writeRange((state.template.slots[index] as { row: Template }).row, value.rows);
      }
    });
    return slots;
  }

  private writeRange(template: Template, rows: RowState[]): JsonObject {
    const range: JsonObject = { ...this.writeShape(template), d: [] };
    const keySlot = template.slots.findIndex(({ kind }) => kind === "key");
    if (keySlot >= 0) range["m"] = { idKey: String(keySlot) };
    range["d"] = rows.map((row) => this.writeItem(row));
    return range;
  }

  private writeItem(row: RowState): JsonObject {
    const slots = this.writeSlots(row);
    return row.template.slots.some(({ kind }) => kind === "key") ? slots : { _k: row.key, ...slots };
  }
}

function print(state: NodeState): string {
  let html = state.template.statics[0] as string;
  state.values.forEach((value, index) => {
    if (value.kind === "text") html += value.text;
    else if (value.kind === "branch") html += value.node ? print(value.node) : "";
    else html += value.rows.map(print).join("");
    html += state.template.statics[index + 1] as string;
  });
  return html;
}
