// Finds the nodes that show a tree: walks skeletons and the page side by side, and takes nothing for granted. Where the page
// is not what the tree says, the smallest element around that place is known and no more. Texts are split where slots
// begin and end, and an empty text holds the place of a slot without nodes; neither shows.

import { dropsLineEnd, isElement, isText, type Morpher } from "./morph";
import { isTextOnly, Skeleton, slotOf } from "./skeleton";
import { isRange, print, printer, type Range, type Row, type TreeNode, type Value } from "./tree";

const KEYS = ["data-key", "data-lvt-key", "id"];

/** Siblings that show a value: one, or all from the first to the last. */
export type Span = Node | Extent;

export interface Extent {
  readonly first: Node;
  readonly last: Node;
}

export function firstOf(span: Span): Node {
  return "nodeType" in span ? span : span.first;
}

export function lastOf(span: Span): Node {
  return "nodeType" in span ? span : span.last;
}

export function spanOf(first: Node, last: Node): Span {
  return first === last ? first : { first, last };
}

/** Where a node or a row is shown. */
export class Bound implements Extent {
  /** What shows the slots that stand between nodes; null where that is not known. */
  readonly places: (Span | null)[] = [];
  /** The skeleton's elements in the page; absent where they are not known. */
  readonly elements: (Element | undefined)[] = [];
  /** The first and last node, or the slot that has them. */
  start: Node | number = 0;
  end: Node | number = 0;

  constructor(readonly skeleton: Skeleton) {}

  get first(): Node {
    return typeof this.start === "number" ? firstOf(this.places[this.start] as Span) : this.start;
  }

  get last(): Node {
    return typeof this.end === "number" ? lastOf(this.places[this.end] as Span) : this.end;
  }
}

/** What the rows of a shape have in common: the text that each begins and ends with, and the nodes between. */
export interface RowForm {
  readonly skeleton: Skeleton;
  readonly core: readonly Node[];
  readonly lead: string;
  readonly trail: string;
  /** The text between two rows. */
  readonly gap: string;
  /** Whether the core begins and ends with nodes of its own, and so can be told from its neighbours without a look inside. */
  readonly isFixed: boolean;
}

/** Where the rows of a range are shown one by one, and what whoever shows them has still to do. */
export class BoundRange implements Extent {
  /** Rows that are new or may stand elsewhere now. */
  placed = new Set<Row>();
  changed = new Set<Row>();
  removed: Row[] = [];

  /**
   * `first` and `last` hold the text before the first row and behind the last one; between rows both stand in one. When the
   * element around the rows is there by virtue of them, the text before the first stands elsewhere.
   */
  constructor(
    readonly range: Range,
    readonly form: RowForm,
    readonly first: Text,
    readonly last: Text,
    readonly isImplied = false,
  ) {}
}

/** A place among siblings, from which nodes are taken if they are the expected ones. */
export class Cursor {
  constructor(
    readonly parent: Element,
    public node: Node | null,
    private readonly end: Node | null,
    private readonly skipped: Element | null,
  ) {}

  /** The next node; null at the end. */
  private peek(): Node | null {
    if (this.node && this.node === this.skipped) this.node = this.node.nextSibling;
    return this.node === this.end ? null : this.node;
  }

  isAtEnd(): boolean {
    this.dropEmpty();
    return !this.peek();
  }

  private dropEmpty(): void {
    for (let node = this.peek(); isText(node) && !node.data; node = this.peek()) {
      this.node = node.nextSibling;
      node.remove();
    }
  }

  /** A node like one of a skeleton. */
  take(like: Node): Node | null {
    if (isText(like)) return this.takeText(like.data);
    this.dropEmpty();
    const node = this.peek();
    if (node?.nodeName !== like.nodeName || node.nodeValue !== like.nodeValue) return null;
    this.node = node.nextSibling;
    return node;
  }

  /** A text of its own. */
  takeText(expected: string): Text | null {
    let text = this.peek();
    if (!expected) {
      if (!isText(text) || text.data) {
        text = document.createTextNode("");
        this.parent.insertBefore(text, this.node);
      }
    } else {
      while (isText(text) && text.data.length < expected.length) {
        const next: Node | null = text.nextSibling;
        if (next === this.end || !isText(next)) return null;
        text.appendData(next.data);
        next.remove();
      }
      if (!isText(text) || !text.data.startsWith(expected)) return null;
      if (text.data.length > expected.length) text.splitText(expected.length);
    }
    this.node = text.nextSibling;
    return text as Text;
  }
}

/** A string that prints one text, as it stands. */
export function isPlain(value: Value): value is string {
  return typeof value === "string" && !/[<&\r\0]/.test(value);
}

/** Whether a value is sure to end where it begins, so that nothing about it depends on what stands before. */
function isTame(value: Value): boolean {
  if (typeof value === "string") return !value.includes("<");
  const { statics, skeletons } = value.shape;
  const isText = !statics.some((text) => text.includes("<"));
  if (!isText && (!skeletons.size || [...skeletons.values()].includes(null))) return false;
  return isRange(value) ? rowsOf(value).every(isTame) : value.slots.every(isTame);
}

function rowsOf(range: Range): Row[] {
  const rows: Row[] = [];
  for (let row = range.first; row; row = row.next) rows.push(row);
  return rows;
}

function formOf(skeleton: Skeleton): RowForm {
  if (skeleton.form) return skeleton.form;
  const core = [...skeleton.root.childNodes];
  const lead = core.length > 1 && isText(core[0]) ? (core.shift() as Text).data : "";
  const trail = core.length > 1 && isText(core[core.length - 1]) ? (core.pop() as Text).data : "";
  const isFixed = core.length > 0 && core.every((node) => slotOf(node.nodeValue) < 0);
  return (skeleton.form = { skeleton, core, lead, trail, gap: trail + lead, isFixed });
}

export class Binder {
  constructor(private readonly morpher: Morpher) {}

  cursor(parent: Element, first = parent.firstChild as Node | null, end: Node | null = null): Cursor {
    return new Cursor(parent, first, end, this.morpher.ownScript);
  }

  /** Bind what the region shows. */
  bindRoot(node: TreeNode): boolean {
    const { region, isPage } = this.morpher;
    const cursor = this.cursor(region);
    const skeleton = Skeleton.of(node.shape, region, this.morpher, isPage);
    if (!skeleton || !this.bindContent(node, skeleton, skeleton.root.childNodes, cursor) || !cursor.isAtEnd()) {
      node.bound = null;
      return false;
    }
    const title = isPage && [...skeleton.elements.keys()].find((element) => element.nodeName === "TITLE");
    if (title && node.bound)
      node.bound.elements[skeleton.elements.get(title) as number] = document.querySelector("title") ?? undefined;
    return true;
  }

  /** Bind a row that its range knows the nodes of. */
  bindRow(form: RowForm, row: Row): boolean {
    const first = firstOf(row.span as Span);
    const end = lastOf(row.span as Span).nextSibling;
    const parent = first.parentElement;
    if (parent) {
      const cursor = this.cursor(parent, first, end);
      const bound = this.bindContent(row, form.skeleton, form.core, cursor);
      if (bound && cursor.isAtEnd()) {
        row.span = bound;
        return true;
      }
    }
    row.bound = null;
    return false;
  }

  bindValue(value: Value, cursor: Cursor): Span | null {
    if (isPlain(value)) return cursor.takeText(value);
    if (typeof value !== "string") {
      value.bound = null;
      const skeleton = Skeleton.of(value.shape, cursor.parent, this.morpher, false);
      if (skeleton && !(isRange(value) && dropsLineEnd(cursor.parent)))
        return isRange(value)
          ? this.bindRange(value, skeleton, cursor)
          : this.bindContent(value, skeleton, skeleton.root.childNodes, cursor);
    }
    // What a shape does not tell, the parser does.
    const like = this.morpher.parseInside(print(value), cursor.parent);
    return like && this.takeAll(like.childNodes, cursor);
  }

  private takeAll(like: Iterable<Node>, cursor: Cursor): Span | null {
    let first: Node | null = null;
    let last: Node | null = null;
    for (const node of like) {
      last = cursor.take(node);
      if (!last) return null;
      first ??= last;
    }
    return first && last ? spanOf(first, last) : cursor.takeText("");
  }

  // ---- nodes ----

  /** Bind a node whose content is `like`, nodes of its skeleton. */
  private bindContent(node: TreeNode, skeleton: Skeleton, like: Iterable<Node>, cursor: Cursor): Bound | null {
    const bound = new Bound(skeleton);
    node.bound = null;
    node.dirty = null;
    let count = 0;
    for (const child of like) {
      const at = this.bindChild(node, bound, child, cursor);
      if (at === null) return null;
      bound.end = at;
      if (!count++) bound.start = at;
    }
    if (!count) bound.start = bound.end = cursor.takeText("") as Text;
    return (node.bound = bound);
  }

  private bindChild(node: TreeNode, bound: Bound, child: Node, cursor: Cursor): Node | number | null {
    const slot = slotOf(child.nodeValue);
    if (slot >= 0) {
      const span = this.bindValue(node.slots[slot] as Value, cursor);
      bound.places[slot] = span;
      return span && slot;
    }
    const live = cursor.take(child);
    if (isElement(live) && bound.skeleton.elements.has(child))
      return this.bindElement(node, bound, child as Element, live) ? live : null;
    return live;
  }

  /** Bind what is in an element, as far as can be; false when it is another one or cannot be told from what is around it. */
  bindElement(node: TreeNode, bound: Bound, element: Element, live: Element): boolean {
    const { skeleton, elements, places } = bound;
    for (const name of KEYS) {
      const key = node.slots[slotOf(element.getAttribute(name))];
      if (key !== undefined && isPlain(key) && live.getAttribute(name) !== key) return false;
    }
    elements[skeleton.elements.get(element) as number] = live;
    if (isTextOnly(element)) return true;
    const bindAll = (like: Iterable<Node>, cursor: Cursor) =>
      [...like].every((child) => this.bindChild(node, bound, child, cursor) !== null);
    if (!this.morpher.isGuarded(live)) {
      const cursor = this.cursor(live);
      if (bindAll(element.childNodes, cursor) && cursor.isAtEnd()) return true;
      if (this.bindTable(node, element, live, bindAll)) return true;
    }
    skeleton.at.forEach((at, slot) => {
      const value = node.slots[slot] as Value;
      if (!at || at === element || !element.contains(at)) return;
      places[slot] = null;
      if (typeof value !== "string") value.bound = null;
    });
    skeleton.elements.forEach((number, inner) => {
      if (inner !== element && element.contains(inner)) elements[number] = undefined;
    });
    // What cannot be told inside of the element might also change what is around it.
    return !!this.parseElement(node, skeleton, element, live);
  }

  /** The parser puts rows that stand in a table itself into a <tbody>, as long as there are any. */
  private bindTable(
    node: TreeNode,
    element: Element,
    live: Element,
    bindAll: (like: Node[], cursor: Cursor) => boolean,
  ): boolean {
    const after: Node[] = [...element.childNodes];
    const at = after.findIndex((child) => slotOf(child.nodeValue) >= 0);
    const before = after.splice(0, at);
    const range = node.slots[slotOf(after.shift()?.nodeValue ?? null)];
    const body = live.children[before.filter(isElement).length];
    if (!range || !isRange(range) || !range.first || body?.nodeName !== "TBODY") return false;
    const skeleton = Skeleton.of(range.shape, body, this.morpher, false);
    if (!skeleton) return false;
    const form = formOf(skeleton);
    const textAt = (nodes: Node[], index: number) =>
      isText(nodes[index]) ? (nodes.splice(index, 1)[0] as Text).data : "";
    const lead = textAt(before, before.length - 1) + form.lead;
    const outer = this.cursor(live);
    const inner = this.cursor(body);
    const first = bindAll(before, outer) && outer.takeText(lead) && outer.take(body) && inner.takeText("");
    const rows = rowsOf(range);
    const last = first && this.takeRows(rows, form, inner) && inner.takeText(form.trail);
    if (!last || !inner.takeText(textAt(after, 0)) || !inner.isAtEnd() || !bindAll(after, outer) || !outer.isAtEnd())
      return false;
    range.bound = new BoundRange(range, form, first, last, true);
    return true;
  }

  /** An element with what it holds now. */
  parseElement(node: TreeNode, skeleton: Skeleton, element: Element, live: Element): Element | null {
    return skeleton.parseElement(element, live, printer(node), this.morpher);
  }

  // ---- ranges ----

  private bindRange(range: Range, skeleton: Skeleton, cursor: Cursor): Span | null {
    const form = formOf(skeleton);
    const rows = rowsOf(range);
    const first = cursor.takeText(rows.length ? form.lead : "");
    if (!first || !this.takeRows(rows, form, cursor)) return null;
    const last = cursor.takeText(rows.length ? form.trail : "");
    return last && (range.bound = new BoundRange(range, form, first, last));
  }

  /** Find the nodes of rows that stand behind each other; false when they are not there. */
  takeRows(rows: readonly Row[], form: RowForm, cursor: Cursor): boolean {
    const { gap } = form;
    return rows.every((row, index) => {
      row.bound = null;
      row.dirty = null;
      if (index && gap && !cursor.takeText(gap)) return false;
      row.span = form.isFixed
        ? this.takeAll(form.core, cursor)
        : this.bindContent(row, form.skeleton, form.core, cursor);
      return row.span && (!form.isFixed || isTame(row) || this.bindRow(form, row));
    });
  }
}
