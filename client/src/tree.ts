// The inverse of the server's diff: holds the tree of one connection, applies complete trees, updates and list
// operations to it, and prints its HTML. Whatever does not fit throws; the tree is then unusable until a complete
// one arrives. The rows of a range stand in a Map by key and in a linked list by place, so that an operation costs
// the same in a list of any length. What is shown somewhere (`bound`) notes what has changed, for whoever shows it.

import type { Bound, BoundRange, Span } from "./bind";
import type { Skeleton } from "./skeleton";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json;
}

export interface Shape {
  readonly statics: readonly string[];
  /** What is known of its place in a page, by the name of the element around it. */
  readonly skeletons: Map<string, Skeleton | null>;
}

export type Value = string | TreeNode | Range;

/** What has slots. */
export interface TreeNode {
  readonly shape: Shape;
  readonly slots: Value[];
  /** Where the slots are shown; null while nobody knows. */
  bound: Bound | null;
  /** The slots that have changed since they were shown: true when the whole value has, false when something inside. */
  dirty: Map<number, boolean> | null;
}

export interface Row extends TreeNode {
  readonly key: string;
  /** The slot that holds the key and so may not change; -1 when the key was sent beside the slots. */
  readonly keySlot: number;
  previous: Row | null;
  next: Row | null;
  /** The nodes that show the row, when the range is shown row by row. */
  span: Span | null;
}

export interface Range {
  readonly shape: Shape;
  readonly keySlot: number;
  readonly rows: Map<string, Row>;
  first: Row | null;
  last: Row | null;
  /** Where the rows are shown one by one; null while nobody knows. */
  bound: BoundRange | null;
}

/** Told of a row that is shown one by one, before it changes for the first time. */
export type BeforeRow = (range: Range, row: Row) => void;

/** What a server sent does not fit the tree that is held here. */
export class TreeError extends Error {}

const NOTHING = "no complete tree";

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

export function isRange(value: Value | undefined): value is Range {
  return !!(value as Range | undefined)?.rows;
}

/** The index that a member's name stands for. */
function slotIndex(name: Json | undefined, count: number): number {
  const index = typeof name === "string" ? Number(name) : -1;
  if (!Number.isInteger(index) || index < 0 || index >= count || String(index) !== name) refuse(`unknown slot ${name}`);
  return index;
}

export class Tree {
  /** Null before the first complete tree, and when something did not fit. */
  root: TreeNode | null = null;
  private readonly shapes = new Map<Json, Shape>();
  private beforeRow: BeforeRow | undefined;

  /** Replace everything by a complete tree, or change what an update names. */
  apply(tree: JsonObject, beforeRow?: BeforeRow): void {
    const held = this.root;
    this.root = null;
    this.beforeRow = beforeRow;
    if (isComplete(tree)) {
      this.root = this.readNode(tree);
    } else {
      this.change(held ?? refuse(NOTHING), tree, -1);
      this.root = held;
    }
  }

  /** Keep the statics of a tree that is not applied: the server will not send them again on this connection. */
  learn(value: Json | undefined): void {
    if (!value || typeof value !== "object") return;
    // In lists too, whose members have numbers for names.
    const members = value as JsonObject;
    if ("f" in members && "s" in members) this.readShape(members);
    for (const name in members) if (name !== "s") this.learn(members[name]);
  }

  /** The HTML of the tree. */
  html(): string {
    return print(this.root ?? refuse(NOTHING));
  }

  // ---- whole values ----

  private readShape(body: JsonObject): Shape {
    const id = body["f"] as Json;
    if (typeof id !== "number" && typeof id !== "string") refuse("not a shape");
    if ("s" in body) {
      const texts = body["s"];
      if (!Array.isArray(texts) || !texts.length || !texts.every((text) => typeof text === "string"))
        refuse("not a shape");
      this.shapes.set(id, { statics: texts as string[], skeletons: new Map() });
    }
    return this.shapes.get(id) ?? refuse(`unknown shape ${id}`);
  }

  private readNode(body: JsonObject): TreeNode {
    if ("d" in body) refuse("not a node");
    const shape = this.readShape(body);
    return { shape, slots: this.readSlots(shape, body, ["f", "s"]), bound: null, dirty: null };
  }

  private readSlots(shape: Shape, body: JsonObject, own: string[]): Value[] {
    const slots = new Array<Value>(shape.statics.length - 1).fill("");
    for (const name in body) {
      if (own.includes(name)) continue;
      slots[slotIndex(name, slots.length)] = this.readValue(body[name]);
    }
    return slots;
  }

  private readValue(value: Json | undefined): Value {
    if (typeof value === "string") return value;
    if (!isObject(value) || !("f" in value)) refuse("not a value");
    return "d" in value ? this.readRange(value) : this.readNode(value);
  }

  private readRange(body: JsonObject): Range {
    const shape = this.readShape(body);
    let keySlot = -1;
    for (const name in body) {
      if (name === "m") {
        const meta = body["m"];
        keySlot = slotIndex(isObject(meta) ? meta["idKey"] : null, shape.statics.length - 1);
      } else if (!["f", "s", "d"].includes(name)) {
        refuse(`unknown slot ${name}`);
      }
    }
    const range: Range = { shape, keySlot, rows: new Map(), first: null, last: null, bound: null };
    this.insert(range, body["d"], null);
    return range;
  }

  private readRow(range: Range, item: Json | undefined): Row {
    if (!isObject(item)) refuse("not an item");
    const own = "_k" in item;
    const slots = this.readSlots(range.shape, item, ["_k"]);
    const key = own ? item["_k"] : slots[range.keySlot];
    if (typeof key !== "string" || !key) refuse("not a key");
    if (range.rows.has(key)) refuse(`twice the row ${key}`);
    const keySlot = own ? -1 : range.keySlot;
    const { shape } = range;
    return { shape, slots, bound: null, dirty: null, key, keySlot, previous: null, next: null, span: null };
  }

  // ---- changes ----

  private change(node: TreeNode, changes: Json | undefined, keySlot: number): void {
    if (!isObject(changes)) refuse("not an object");
    const { slots, bound } = node;
    for (const name in changes) {
      const index = slotIndex(name, slots.length);
      if (index === keySlot) refuse("the slot of a key");
      const value = changes[name];
      const held = slots[index];
      let whole = true;
      if (Array.isArray(value)) {
        if (!isRange(held)) refuse("not a range");
        for (const operation of value) this.operate(held, operation);
        whole = !held.bound;
      } else if (isObject(value) && !("f" in value)) {
        if (isRange(held) || typeof held !== "object") refuse("not a node");
        this.change(held, value, -1);
        whole = !held.bound;
      } else {
        slots[index] = this.readValue(value);
      }
      if (bound) (node.dirty ??= new Map()).set(index, whole || node.dirty.get(index) === true);
    }
  }

  private operate(range: Range, operation: Json): void {
    if (!Array.isArray(operation)) refuse("not an operation");
    const [name, first, second, third] = operation;
    const { bound } = range;
    const lengths: Record<string, number> = { r: 2, u: 3, i: 4, a: 2, p: 2, m: 3, o: 2 };
    if (typeof name !== "string" || lengths[name] !== operation.length) refuse("not an operation");
    switch (name) {
      case "r": {
        const row = find(range, first);
        unlink(range, row);
        range.rows.delete(row.key);
        bound?.placed.delete(row);
        bound?.changed.delete(row);
        if (row.span) bound?.removed.push(row);
        break;
      }
      case "u": {
        const row = find(range, first);
        if (bound && row.span) {
          if (!row.bound) this.beforeRow?.(range, row);
          bound.changed.add(row);
        }
        this.change(row, second, row.keySlot);
        break;
      }
      case "i": {
        // The position follows from the predecessor; what can be checked at no cost is checked.
        const after = first === null ? null : find(range, first);
        const fits = typeof second === "number" && second >= 0 && second <= range.rows.size;
        if (!fits || (second === 0) !== (after === null)) refuse("not the position");
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
        if (row === after) refuse("behind itself");
        unlink(range, row);
        link(range, row, after);
        bound?.placed.add(row);
        break;
      }
      case "o": {
        if (!Array.isArray(first) || first.length !== range.rows.size || new Set(first).size !== first.length)
          refuse("not an order");
        const rows = first.map((key) => find(range, key));
        range.first = range.last = null;
        for (const row of rows) link(range, row, range.last);
        if (bound) bound.placed = new Set(rows);
        break;
      }
    }
  }

  private insert(range: Range, items: Json | undefined, after: Row | null): void {
    if (!Array.isArray(items)) refuse("not a list");
    for (const item of items) {
      const row = this.readRow(range, item);
      range.rows.set(row.key, row);
      link(range, row, after);
      range.bound?.placed.add(row);
      after = row;
    }
  }
}

// ---- the list of a range's rows ----

function find(range: Range, key: Json | undefined): Row {
  return range.rows.get(key as string) ?? refuse(`unknown row ${String(key)}`);
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

/** Statics with something between them. */
export function weave({ statics }: Shape, text: (slot: number) => string): string {
  let html = statics[0] as string;
  for (let index = 1; index < statics.length; index++) html += text(index - 1) + (statics[index] as string);
  return html;
}

/** What prints a node's slots. */
export function printer({ slots }: TreeNode): (slot: number) => string {
  return (slot) => print(slots[slot] as Value);
}

export function print(value: Value): string {
  if (typeof value === "string") return value;
  if (!isRange(value)) return weave(value.shape, printer(value));
  let html = "";
  for (let row = value.first; row; row = row.next) html += print(row);
  return html;
}
