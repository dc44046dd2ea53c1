// The inverse of the server's diff: holds the tree of one connection, applies complete trees, updates and list
// operations to it, and prints its HTML. Whatever does not fit throws; the tree is then unusable until a complete
// one arrives. The rows of a range stand in a Map by key and in a linked list by place, so that an operation costs
// the same in a list of any length; each row keeps its HTML until it changes.

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json;
}

type Statics = readonly string[];
type Value = string | TreeNode | Range;

interface TreeNode {
  readonly statics: Statics;
  readonly slots: Value[];
}

export interface Row {
  readonly key: string;
  /** The slot that holds the key and so may not change; -1 when the key was sent beside the slots. */
  readonly keySlot: number;
  readonly slots: Value[];
  html: string | null;
  previous: Row | null;
  next: Row | null;
  /** The element that shows the row, when the range is shown row by row. */
  element: Element | null;
}

export interface Range {
  readonly statics: Statics;
  readonly keySlot: number;
  readonly rows: Map<string, Row>;
  first: Row | null;
  last: Row | null;
  /** What whoever shows the range row by row has still to do; null when it is shown with the page around it. */
  pending: PendingRows | null;
}

export interface PendingRows {
  /** Rows that are new or stand elsewhere now. */
  placed: Set<Row>;
  changed: Set<Row>;
  removed: Element[];
}

/** What a server sent does not fit the tree that is held here. */
export class TreeError extends Error {}

/** A range as it is to be printed; null for all its rows. */
export type Abridge = (range: Range) => string | null;

function refuse(reason: string): never {
  throw new TreeError(reason);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A complete tree names its statics; an update only names slots. */
export function isComplete(tree: JsonObject): boolean {
  return "f" in tree;
}

function isRange(value: Value | undefined): value is Range {
  return typeof value === "object" && "rows" in value;
}

function isNode(value: Value | undefined): value is TreeNode {
  return typeof value === "object" && !("rows" in value);
}

/** The index that a member's name stands for, or -1. */
function slotIndex(name: string, count: number): number {
  const index = Number(name);
  return Number.isInteger(index) && index >= 0 && index < count && String(index) === name ? index : -1;
}

export class Tree {
  private readonly statics = new Map<Json, Statics>();
  private root: TreeNode | null = null;
  private changedOutside = false;

  /**
   * Replace everything by a complete tree, or change what an update names. The result tells whether anything but
   * the rows of ranges with `pending` changed.
   */
  apply(tree: JsonObject): boolean {
    const held = this.root;
    this.root = null;
    this.changedOutside = false;
    if (isComplete(tree)) {
      this.changedOutside = true;
      this.root = this.readNode(tree);
    } else {
      if (!held) refuse("an update before any complete tree");
      this.change(held.statics, held.slots, tree, -1);
      this.root = held;
    }
    return this.changedOutside;
  }

  /** Keep the statics of a tree that is not applied: the server will not send them again on this connection. */
  learn(value: Json | undefined): void {
    if (Array.isArray(value)) {
      for (const element of value) this.learn(element);
    } else if (isObject(value)) {
      if ("f" in value && "s" in value) this.readStatics(value);
      for (const name in value) if (name !== "s") this.learn(value[name]);
    }
  }

  /** The HTML of the tree; `abridge` is asked about each range that is not inside a row. */
  html(abridge?: Abridge): string {
    if (!this.root) refuse("no complete tree has arrived");
    return print(this.root.statics, this.root.slots, abridge);
  }

  /** The ranges that are not inside a row. */
  ranges(): Range[] {
    const found: Range[] = [];
    const walk = (slots: readonly Value[]) => {
      for (const value of slots) {
        if (isRange(value)) found.push(value);
        else if (isNode(value)) walk(value.slots);
      }
    };
    if (this.root) walk(this.root.slots);
    return found;
  }

  // ---- whole values ----

  private readStatics(body: JsonObject): Statics {
    const id = body["f"] as Json;
    if (typeof id !== "number" && typeof id !== "string") refuse('"f" is not the id of a shape');
    if ("s" in body) {
      const texts = body["s"];
      if (!Array.isArray(texts) || !texts.length || !texts.every((text) => typeof text === "string"))
        refuse(`shape ${id}: "s" is not a list of strings`);
      this.statics.set(id, texts as string[]);
    }
    return this.statics.get(id) ?? refuse(`unknown shape ${id}`);
  }

  private readNode(body: JsonObject): TreeNode {
    if ("d" in body) refuse("a range stands where a node belongs");
    const statics = this.readStatics(body);
    return { statics, slots: this.readSlots(statics, body, ["f", "s"]) };
  }

  private readSlots(statics: Statics, body: JsonObject, own: string[]): Value[] {
    const slots = new Array<Value>(statics.length - 1).fill("");
    for (const name in body) {
      if (own.includes(name)) continue;
      const index = slotIndex(name, slots.length);
      if (index < 0) refuse(`unknown member "${name}"`);
      slots[index] = this.readValue(body[name]);
    }
    return slots;
  }

  private readValue(value: Json | undefined): Value {
    if (typeof value === "string") return value;
    if (!isObject(value) || !("f" in value)) refuse("a value is not a string, a node or a range");
    return "d" in value ? this.readRange(value) : this.readNode(value);
  }

  private readRange(body: JsonObject): Range {
    const statics = this.readStatics(body);
    let keySlot = -1;
    for (const name in body) {
      if (name === "m") {
        const meta = body["m"];
        const slot = isObject(meta) ? meta["idKey"] : null;
        keySlot = typeof slot === "string" ? slotIndex(slot, statics.length - 1) : -1;
        if (keySlot < 0) refuse('"m" does not name a slot');
      } else if (!["f", "s", "d"].includes(name)) {
        refuse(`unknown member "${name}" of a range`);
      }
    }
    const range: Range = { statics, keySlot, rows: new Map(), first: null, last: null, pending: null };
    this.insert(range, body["d"], null);
    return range;
  }

  private readRow(range: Range, item: Json | undefined): Row {
    if (!isObject(item)) refuse("an item is not an object");
    const own = "_k" in item;
    const slots = this.readSlots(range.statics, item, ["_k"]);
    const key = own ? item["_k"] : slots[range.keySlot];
    if (typeof key !== "string" || !key) refuse("an item has no key");
    if (range.rows.has(key)) refuse(`the key "${key}" stands twice in a range`);
    return { key, keySlot: own ? -1 : range.keySlot, slots, html: null, previous: null, next: null, element: null };
  }

  // ---- changes ----

  private change(statics: Statics, slots: Value[], changes: Json | undefined, keySlot: number): void {
    if (!isObject(changes)) refuse("changes are not an object");
    for (const name in changes) {
      const index = slotIndex(name, statics.length - 1);
      if (index < 0) refuse(`a change of the unknown slot "${name}"`);
      if (index === keySlot) refuse("a change of the slot that is a row's key");
      const value = changes[name];
      const held = slots[index];
      if (Array.isArray(value)) {
        if (!isRange(held)) refuse("operations on a slot that holds no range");
        // Whatever happens inside the rows of such a range is its own affair.
        const outside = this.changedOutside || !held.pending;
        for (const operation of value) this.operate(held, operation);
        this.changedOutside = outside;
      } else if (isObject(value) && !("f" in value)) {
        if (!isNode(held)) refuse("changes of a slot that holds no node");
        this.change(held.statics, held.slots, value, -1);
      } else {
        slots[index] = this.readValue(value);
        this.changedOutside = true;
      }
    }
  }

  private operate(range: Range, operation: Json): void {
    if (!Array.isArray(operation)) refuse("an operation is not a list");
    const [name, first, second, third] = operation;
    const lengths: Record<string, number> = { r: 2, u: 3, i: 4, a: 2, p: 2, m: 3, o: 2 };
    if (typeof name !== "string" || lengths[name] !== operation.length) refuse("an operation of unknown form");
    switch (name) {
      case "r": {
        const row = find(range, first);
        unlink(range, row);
        range.rows.delete(row.key);
        range.pending?.placed.delete(row);
        range.pending?.changed.delete(row);
        if (row.element) range.pending?.removed.push(row.element);
        break;
      }
      case "u": {
        const row = find(range, first);
        row.html = null;
        range.pending?.changed.add(row);
        this.change(range.statics, row.slots, second, row.keySlot);
        break;
      }
      case "i": {
        // The position follows from the predecessor; what can be checked at no cost is checked.
        const after = first === null ? null : find(range, first);
        const fits = typeof second === "number" && second >= 0 && second <= range.rows.size;
        if (!fits || (second === 0) !== (after === null)) refuse("a position does not fit its predecessor");
        this.insert(range, [third as Json], after);
        break;
      }
      case "a":
        this.insert(range, first, range.last);
        break;
      case "p":
        this.insert(range, first, null);
        break;
      case "m": {
        const row = find(range, first);
        const after = second === null ? null : find(range, second);
        if (row === after) refuse("a row is to stand behind itself");
        unlink(range, row);
        link(range, row, after);
        range.pending?.placed.add(row);
        break;
      }
      case "o": {
        if (!Array.isArray(first) || first.length !== range.rows.size || new Set(first).size !== first.length)
          refuse("an order does not name every row once");
        const rows = first.map((key) => find(range, key));
        range.first = range.last = null;
        for (const row of rows) link(range, row, range.last);
        if (range.pending) {
          // One row stays where it is; the others find their places about it.
          range.pending.placed = new Set(rows);
          const anchor = rows.find((row) => row.element);
          if (anchor) range.pending.placed.delete(anchor);
        }
        break;
      }
    }
  }

  private insert(range: Range, items: Json | undefined, after: Row | null): void {
    if (!Array.isArray(items)) refuse("the items of a range are not a list");
    for (const item of items) {
      const row = this.readRow(range, item);
      range.rows.set(row.key, row);
      link(range, row, after);
      range.pending?.placed.add(row);
      after = row;
    }
  }
}

// ---- the list of a range's rows ----

function find(range: Range, key: Json | undefined): Row {
  return (typeof key === "string" && range.rows.get(key)) || refuse(`unknown row ${JSON.stringify(key)}`);
}

function link(range: Range, row: Row, after: Row | null): void {
  row.previous = after;
  row.next = after ? after.next : range.first;
  if (row.next) row.next.previous = row;
  else range.last = row;
  if (after) after.next = row;
  else range.first = row;
}

function unlink(range: Range, row: Row): void {
  if (row.previous) row.previous.next = row.next;
  else range.first = row.next;
  if (row.next) row.next.previous = row.previous;
  else range.last = row.previous;
}

// ---- printing ----

function print(statics: Statics, slots: readonly Value[], abridge?: Abridge): string {
  let html = statics[0] as string;
  slots.forEach((value, index) => {
    if (typeof value === "string") html += value;
    else if (isRange(value)) html += abridge?.(value) ?? printRange(value);
    else html += print(value.statics, value.slots, abridge);
    html += statics[index + 1];
  });
  return html;
}

export function printRange(range: Range): string {
  let html = "";
  for (let row = range.first; row; row = row.next) html += printRow(range, row);
  return html;
}

export function printRow(range: Range, row: Row): string {
  return (row.html ??= print(range.statics, row.slots));
}
