// Lists that are shown row by row: where the page has one element a row, all in one parent that holds nothing else, an
// operation touches its row and not the list. Whether that is so is read off the page, row by row, before a list is
// bound; a list that turns out otherwise is shown with the page around it, as any other.

import { printRow, type PendingRows, type Range, type Row } from "./tree";

/** Shorter lists are not worth the trouble. */
const ROWS_MIN = 12;

const KEY_ATTRIBUTES = ["data-key", "data-lvt-key", "id"];

const CHARACTERS: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** A key as an attribute has it: keys that stand in a slot are escaped. */
function unescape(key: string): string {
  return key.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string) =>
    code ? String.fromCodePoint(Number(code)) : (CHARACTERS[name] ?? whole),
  );
}

/** The text between two rows, when each is one element with white space around it; null otherwise. */
function gapOf(range: Range): string | null {
  const start = /^(\s*)<[a-z]/i.exec(range.statics[0] ?? "");
  const end = />(\s*)$/.exec(range.statics[range.statics.length - 1] ?? "");
  return start && end ? (end[1] as string) + (start[1] as string) : null;
}

/** The text from behind one node up to another; null when there is more than text. */
function textBetween(before: Node, after: Node): string | null {
  let text = "";
  for (let node = before.nextSibling; node !== after; node = node.nextSibling) {
    if (node?.nodeType !== Node.TEXT_NODE) return null;
    text += node.nodeValue;
  }
  return text;
}

/** Parses HTML into an element like `parent`. */
export type Parse = (html: string, parent: Element) => Element;

export class RowList implements PendingRows {
  placed = new Set<Row>();
  changed = new Set<Row>();
  removed: Element[] = [];
  /** How many elements the parent had when it was last seen. */
  private count: number;

  private constructor(
    readonly range: Range,
    readonly parent: Element,
    private readonly attribute: string,
    private readonly gap: string,
  ) {
    this.count = range.rows.size;
  }

  /** Bind a range to the elements that show it, if each row has its own. */
  static bind(region: Element, range: Range): RowList | null {
    const gap = gapOf(range);
    const first = range.first;
    if (range.rows.size < ROWS_MIN || gap === null || !first) return null;
    const key = unescape(first.key).replace(
      /["\\\n\r\f]/g,
      (character) => `\\${character.charCodeAt(0).toString(16)} `,
    );
    for (const attribute of KEY_ATTRIBUTES) {
      const found = region.querySelectorAll(`[${attribute}="${key}"]`);
      const element = found[0];
      // Two lists of the same things can't be told apart.
      if (found.length > 1) return null;
      if (!element) continue;
      const parent = element.parentElement;
      if (!parent || parent.closest("[lvt-ignore],select") || parent.childElementCount !== range.rows.size) return null;
      const elements = [...parent.children];
      let index = 0;
      for (let row: Row | null = first; row; row = row.next, index++) {
        const before = elements[index - 1];
        const own = elements[index] as Element;
        if (own.getAttribute(attribute) !== unescape(row.key) || (before && textBetween(before, own) !== gap))
          return null;
      }
      if (
        [...parent.childNodes].some(
          (node) => node.nodeType !== Node.ELEMENT_NODE && (node.nodeType !== Node.TEXT_NODE || node.nodeValue?.trim()),
        )
      )
        return null;
      index = 0;
      for (let row: Row | null = first; row; row = row.next) row.element = elements[index++] as Element;
      return (range.pending = new RowList(range, parent, attribute, gap));
    }
    return null;
  }

  /** Show the range with the page around it from now on. */
  release(): void {
    this.range.pending = null;
    for (let row = this.range.first; row; row = row.next) row.element = null;
  }

  /** Nobody else has taken or added elements. */
  isIntact(): boolean {
    return this.parent.isConnected && this.parent.childElementCount === this.count;
  }

  isPending(): boolean {
    return this.placed.size + this.changed.size + this.removed.length > 0;
  }

  /**
   * Elements for the rows that are new or changed, or null when that is not one each, or when no row would stay
   * to place the others by.
   */
  prepare(parse: Parse): Map<Row, Element> | null {
    const rows = [...this.changed];
    let moved = 0;
    for (const row of this.placed) {
      if (row.element) moved++;
      else if (!this.changed.has(row)) rows.push(row);
    }
    if (this.count - this.removed.length - moved < 1) return null;
    const fresh = new Map<Row, Element>();
    if (!rows.length) return fresh;
    const elements = [...parse(rows.map((row) => printRow(this.range, row)).join(""), this.parent).children];
    if (elements.length !== rows.length) return null;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row;
      const element = elements[index] as Element;
      const before = elements[index - 1];
      if (
        element.getAttribute(this.attribute) !== unescape(row.key) ||
        (before && textBetween(before, element) !== this.gap)
      )
        return null;
      if (row.element && row.element.nodeName !== element.nodeName) return null;
      fresh.set(row, element);
    }
    return fresh;
  }

  /** Do what is pending with the elements of `prepare`; `morph` makes an element like another, `added` hears of new ones. */
  perform(
    fresh: Map<Row, Element>,
    morph: (from: Element, to: Element) => void,
    added: (element: Element) => void,
  ): void {
    for (const row of this.changed) {
      const to = fresh.get(row);
      if (row.element && to) morph(row.element, to);
    }
    for (const element of this.removed) this.take(element);
    for (const row of this.placed) if (row.element) this.take(row.element);
    for (const row of this.placed) {
      // Rows stand behind each other: begin with the first of those that have no place yet.
      let next: Row | null = row;
      while (next.previous && this.placed.has(next.previous)) next = next.previous;
      for (; next && this.placed.has(next); next = next.next) {
        this.placed.delete(next);
        if (!next.element) added((next.element = document.adoptNode(fresh.get(next) as Element)));
        this.put(next.element, next);
      }
    }
    this.changed.clear();
    this.removed = [];
    this.count = this.range.rows.size;
  }

  /** Remove an element with the gap between it and one neighbour. */
  private take(element: Element): void {
    const next = element.nextElementSibling;
    const previous = element.previousElementSibling;
    if (next) while (element.nextSibling !== next) element.nextSibling?.remove();
    else if (previous) while (element.previousSibling !== previous) element.previousSibling?.remove();
    element.remove();
  }

  /** Insert an element behind that of the row before, or, at the start, before that of the row behind. */
  private put(element: Element, row: Row): void {
    const gap = this.gap ? [document.createTextNode(this.gap)] : [];
    if (row.previous?.element) {
      row.previous.element.after(...gap, element);
    } else {
      let next = row.next;
      while (next && this.placed.has(next)) next = next.next;
      next?.element?.before(element, ...gap);
    }
  }
}
