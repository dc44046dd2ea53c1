// Shows a tree in the live region: an update touches the nodes that show what it changes. What cannot be changed alone
// is shown anew with the smallest element around it that can, and in the end with the whole region.

import { Binder, BoundRange, firstOf, isPlain, lastOf, spanOf, type Bound, type Span } from "./bind";
import { dropsLineEnd, isElement, isLeftAlone, isText, takesText, type Morpher } from "./morph";
import { showRows } from "./rows";
import { isTextOnly } from "./skeleton";
import { isComplete, isRange, print, printer, type JsonObject, type Range, type Tree, type TreeNode, type Value } from "./tree";

export class View {
  readonly binder: Binder;
  /** The root that the region shows. */
  private root: TreeNode | null = null;

  constructor(readonly morpher: Morpher) {
    this.binder = new Binder(morpher);
  }

  /** Apply a complete tree or an update to a tree, and show it. */
  show(tree: Tree, changes: JsonObject): void {
    const held = isComplete(changes) || tree.root !== this.root ? null : this.root;
    this.root = null;
    const isShown = this.morpher.work(() => {
      const isBound = held && Object.keys(changes).length && (held.bound || this.binder.bindRoot(held));
      tree.apply(changes, (range, row) => range.bound && this.binder.bindRow(range.bound.form, row));
      return held && (isBound ? this.showNode(held) : isBound === 0);
    });
    const root = tree.root as TreeNode;
    if (!isShown) {
      root.bound = null;
      this.morpher.update(tree.html());
    }
    this.root = root;
  }

  /** The region shows something else now. */
  forget(): void {
    this.root = null;
  }

  /** Show what has changed in a node; false when that cannot be done without what is around it. */
  showNode(node: TreeNode): boolean {
    const { bound, dirty } = node;
    if (!bound) return false;
    node.dirty = null;
    // Elements whose tag, or whose whole, has been shown.
    const tags = new Set<Node>();
    const wholes: Element[] = [];
    for (const [slot, whole] of dirty ?? []) {
      const at = bound.skeleton.at[slot];
      if (!at) return false;
      if (wholes.some((element) => element.contains(at)) || tags.has(at)) continue;
      if (isElement(at)) {
        tags.add(at);
        if (this.showTag(node, bound, at)) continue;
      } else {
        const value = node.slots[slot] as Value;
        // A row that is not where it was may be anywhere around.
        const isRows = !whole && isRange(value);
        if (
          isRows
            ? showRows(this, value)
            : (!whole && this.showNode(value as TreeNode)) || this.showSlot(bound, slot, value)
        )
          continue;
      }
      const element = this.showAround(node, bound, at);
      if (!element) return false;
      wholes.push(element);
    }
    return true;
  }

  /** Whether an element in the page is there, and nobody wants it left alone. */
  isFree(element: Element | null): element is Element {
    if (!element?.isConnected) return false;
    let outer: Element | null = element;
    while (outer && outer !== this.morpher.region && !this.morpher.isGuarded(outer)) outer = outer.parentElement;
    return outer === this.morpher.region;
  }

  private showTag(node: TreeNode, bound: Bound, element: Element): boolean {
    const live = bound.elements[bound.skeleton.elements.get(element) as number];
    // What a page has outside of its body, the title aside, is not shown.
    if (!bound.skeleton.root.contains(element) && !live) return true;
    if (element === bound.skeleton.root) return true;
    if (!live?.isConnected || (this.morpher.region.contains(live) && !this.isFree(live))) return false;
    const to = bound.skeleton.parseTag(element, printer(node), this.morpher);
    if (to?.nodeName !== live.nodeName) return false;
    if (isTextOnly(element)) this.morpher.morphElement(live, to);
    else this.morpher.morphTag(live, to);
    return true;
  }

  private showSlot(bound: Bound, slot: number, value: Value): boolean {
    const place = bound.places[slot];
    if (!place) return false;
    const parent = firstOf(place).parentElement;
    if (!this.isFree(parent)) return false;
    if (isText(place as Node) && isPlain(value) && mayHold(parent, value)) {
      this.morpher.touch(parent);
      (place as Text).data = value;
      return true;
    }
    const span = this.showSpan(place, parent, value);
    if (span) bound.places[slot] = span;
    return !!span;
  }

  /** Make siblings show a value; what shows it then, or null when that cannot be done alone. */
  showSpan(place: Span, parent: Element, value: Value): Span | null {
    const { morpher, binder } = this;
    const before = firstOf(place).previousSibling;
    const end = lastOf(place).nextSibling;
    if (lastOf(place).parentElement !== parent) return null;
    const to = morpher.parseInside(print(value), parent);
    if (!to) return null;
    if (isRange(value) && isForeign(place, value)) {
      const cursor = binder.cursor(to);
      const fresh = binder.bindValue(value, cursor);
      if (fresh && cursor.isAtEnd()) {
        morpher.replaceNodes(parent, firstOf(place), end, to);
        return fresh;
      }
    }
    morpher.morphNodes(parent, firstOf(place), end, [...to.childNodes]);
    const first = before ? before.nextSibling : parent.firstChild;
    const cursor = binder.cursor(parent, first, end);
    const span = typeof value === "string" ? null : binder.bindValue(value, cursor);
    if (span && cursor.isAtEnd()) return span;
    if (typeof value !== "string") value.bound = null;
    if (first === end) return binder.cursor(parent, end, end).takeText("");
    return spanOf(first as Node, (end ? end.previousSibling : parent.lastChild) as Node);
  }

  /** Show the smallest element around a place that can be shown alone; which one of the skeleton that is. */
  private showAround(node: TreeNode, bound: Bound, at: Node): Element | null {
    const { skeleton } = bound;
    for (let around: Node | null = at; around && around !== skeleton.root; around = around.parentNode) {
      const live = isElement(around) && bound.elements[skeleton.elements.get(around) as number];
      if (live && this.showElement(node, bound, around as Element, live)) return around as Element;
    }
    return null;
  }

  private showElement(node: TreeNode, bound: Bound, element: Element, live: Element): boolean {
    if (!live.isConnected || !this.isFree(live.parentElement)) return false;
    if (isLeftAlone(live)) return true;
    const to = this.binder.parseElement(node, bound.skeleton, element, live);
    if (!to) return false;
    this.morpher.morphElement(live, to);
    return this.binder.bindElement(node, bound, element, live);
  }
}

/** Whether none of a range's rows can be where something else is shown. */
function isForeign(place: Span, range: Range): boolean {
  if (isText(place as Node)) return true;
  return place instanceof BoundRange && ![...range.rows.keys()].some((key) => place.range.rows.has(key));
}

/** Whether a plain string is just one text where it stands. */
function mayHold(parent: Element, text: string): boolean {
  return takesText(parent) && !(dropsLineEnd(parent) && /^\n|^$/.test(text));
}
