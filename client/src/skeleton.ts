// Where the slots of a shape stand in a page, as the parser sees it: the statics are parsed once with a mark in each slot's
// place, and the marks are looked for. A slot between nodes is marked by a comment, which may stand anywhere; one in a tag,
// or in an element that holds nothing but text, by a word. A second parse with words in all places tells whether text
// would stand where the comments do. What comes out otherwise is no skeleton, and shown with what is around it.

import type { RowForm } from "./bind";
import { hasEqualChildren, isComment, isElement, isText, MARK, takesText, type Morpher } from "./morph";
import { weave, type Shape } from "./tree";

/** Elements whose content is text and no nodes. */
const TEXT_ONLY = /^(TEXTAREA|TITLE|STYLE|SCRIPT|XMP|IFRAME|NOEMBED|NOFRAMES|PLAINTEXT)$/;

/** Whether an element holds nothing but text. */
export function isTextOnly(element: Node): boolean {
  return TEXT_ONLY.test(element.nodeName);
}

/** What a word begins with: a space, so that it is never part of a tag's name. */
const PREFIX = ` ${MARK}`;
const WORDS = new RegExp(`${PREFIX}(\\d+)_`, "g");

function wordOf(slot: number): string {
  return `${PREFIX}${slot}_`;
}

/** The slots whose words stand in a text. */
function slotsIn(text: string): number[] {
  return [...text.matchAll(WORDS)].map((match) => Number(match[1]));
}

/** The slot that a text is the word of; -1 for other texts. */
export function slotOf(text: string | null): number {
  const slot = text?.startsWith(PREFIX) ? parseInt(text.slice(PREFIX.length)) : -1;
  return text === wordOf(slot) ? slot : -1;
}

function nodesOf(root: Node): Node[] {
  const walker = document.createTreeWalker(root);
  const nodes: Node[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

/** The slots in a node, not counting those in its children but those in a template's content. */
function ownSlots(node: Node): number[] {
  if (!isElement(node)) return slotsIn(node.nodeValue ?? "");
  const slots = [...node.attributes].flatMap(({ name, value }) => slotsIn(` ${name} ${value}`));
  return node.nodeName === "TEMPLATE" ? slotsIn(node.outerHTML) : slots;
}

/** The slots in those nodes that are of a kind. */
function slotsOf(nodes: Node[], isOfKind: (node: Node) => boolean): Set<number> {
  return new Set(nodes.filter(isOfKind).flatMap(ownSlots));
}

/** The table directly behind something that a node is in, as it is behind what the table does not take. */
function tableBehind(node: Node, root: Node): Node | undefined {
  for (let outer = node.parentNode; outer && outer !== root; outer = outer.parentNode) {
    let next: Node | null = outer;
    do next = next.nextSibling;
    while (next && next.nodeName !== "TABLE" && next.nodeValue?.trim() !== "");
    if (isElement(next)) return next;
  }
}

/** Parse HTML that is the whole page, or stands in an element. */
function parseContent(html: string, parent: Element | null, morpher: Morpher, isPage: boolean): Element | null {
  return isPage ? morpher.parsePage(html).body : parent && morpher.parseInside(html, parent);
}

export class Skeleton {
  /** For each slot the comment that stands for it, or the element whose tag or text it is in; null outside of the body. */
  readonly at: (Node | null)[];
  /** The elements with slots in or inside them, each with a number. */
  readonly elements = new Map<Node, number>();
  /** What rows of the shape have in common. */
  form: RowForm | undefined;
  /** The slots of an element's tag or text, first and last. */
  private readonly tags = new Map<Node, [number, number]>();

  /** The content: `root` has no other children, and is the body of a page. */
  private constructor(
    private readonly shape: Shape,
    readonly root: Element,
    /** The same with words wherever text can stand. */
    private readonly probe: Element,
    private readonly probeMark: (slot: number) => string,
    private readonly isPage: boolean,
    nodes: Node[],
  ) {
    this.at = shape.statics.slice(1).map(() => null);
    for (const node of nodes) {
      const slots = ownSlots(node);
      const place = isText(node) ? (node.parentNode as Node) : node;
      // What is outside of a page's body is not shown, its title aside.
      for (const slot of slots) if (isElement(place) || root.contains(place)) this.at[slot] = place;
      if (isElement(place) && slots.length)
        this.tags.set(place, [this.tags.get(place)?.[0] ?? Math.min(...slots), Math.max(...slots)]);
      if (slots.length)
        for (let inner: Node | null = place; inner && inner !== root; inner = inner.parentNode)
          if (isElement(inner) && !this.elements.has(inner)) this.elements.set(inner, this.elements.size);
    }
  }

  /** The skeleton of a shape that stands in `parent`, or that is the whole page; null when it has none. */
  static of(shape: Shape, parent: Element, morpher: Morpher, isPage: boolean): Skeleton | null {
    const name = isPage ? "" : parent.nodeName;
    let skeleton = shape.skeletons.get(name);
    if (skeleton === undefined) {
      skeleton = Skeleton.make(shape, parent, morpher, isPage);
      shape.skeletons.set(name, skeleton);
    }
    return skeleton;
  }

  private static make(shape: Shape, parent: Element, morpher: Morpher, isPage: boolean): Skeleton | null {
    const parse = (html: string) => parseContent(html, parent, morpher, isPage);

    // Which slots are in tags does not depend on where words in other places end up.
    const html = weave(shape, wordOf);
    const rough = isPage ? morpher.parsePage(html) : morpher.parseAlone(html, parent);
    const inTags = slotsOf(nodesOf(rough), (node) => isElement(node) || isTextOnly(node.parentNode as Node));

    const markOf = (slot: number) => (inTags.has(slot) ? wordOf(slot) : `<!--${wordOf(slot)}-->`);
    const marked = weave(shape, markOf);
    const root = parse(marked);
    if (!root) return null;
    const nodes = nodesOf(isPage ? root.ownerDocument : root);
    const found = nodes.flatMap(ownSlots);
    if (new Set(found).size !== found.length || found.length < shape.statics.length - 1) return null;

    // What a table puts before itself is still parsed as in the table: a row would go there.
    const tablesIn = (around: Element | null): Node[] => [...(around?.querySelectorAll("table") || [])];
    for (const node of nodes) {
      const slot = slotOf(node.nodeValue);
      const table = slot >= 0 && tableBehind(node, root);
      if (!table) continue;
      const same = tablesIn(parse(marked.replace(markOf(slot), "<tr>")))[tablesIn(root).indexOf(table)];
      if (same?.isEqualNode(table) === false) return null;
    }

    const asText = slotsOf(nodes, (node) => isComment(node) && takesText(node.parentNode as Node));
    const probeMark = (slot: number) => (asText.has(slot) ? wordOf(slot) : markOf(slot));
    const probe = parse(weave(shape, probeMark));
    const same = root.cloneNode(true);
    for (const node of nodesOf(same)) {
      const slot = slotOf(node.nodeValue);
      if (!isText(node) && asText.has(slot)) (node as Comment).replaceWith(wordOf(slot));
    }
    same.normalize();
    if (!probe || !hasEqualChildren(same, probe)) return null;
    const skeleton = new Skeleton(shape, root, probe, probeMark, isPage, nodes);
    for (const element of [...skeleton.tags.keys()]) skeleton.checkTag(element as Element, morpher);
    return skeleton;
  }

  /** An element's tag alone, and its text if it holds nothing but text, with values that do not end it in its slots. */
  parseTag(element: Element, text: (slot: number) => string, morpher: Morpher): Element | null {
    const { statics } = this.shape;
    const [first, last] = this.tags.get(element) ?? [0, -1];
    if (last < 0) return null;
    const before = statics[first] as string;
    let html = before.slice(before.lastIndexOf("<"));
    for (let slot = first; slot <= last; slot++) {
      const value = text(slot);
      if (/[<>]/.test(value)) return null;
      html += value + (statics[slot + 1] as string);
    }
    const after = statics[last + 1] as string;
    const end = after.indexOf("<");
    if (end >= 0) html = html.slice(0, end - after.length);
    return morpher.parseAlone(html, element.parentElement ?? element).firstElementChild;
  }

  /**
   * One of the skeleton's elements with what it holds now; null when it cannot be told from what is around it. `live` is
   * the element in the page.
   */
  parseElement(element: Element, live: Element, text: (slot: number) => string, morpher: Morpher): Element | null {
    const path: number[] = [];
    let parent: Element | null = live;
    for (let inner = element; inner !== this.root && parent; inner = inner.parentElement as Element) {
      path.unshift([...(inner.parentElement as Element).children].indexOf(inner));
      parent = parent.parentElement;
    }
    const html = weave(this.shape, (slot) =>
      element.contains(this.at[slot] as Node) ? text(slot) : this.probeMark(slot),
    );
    const root = parseContent(html, parent, morpher, this.isPage);
    if (!root) return null;
    const [found, like] = [root, this.probe.cloneNode(true) as Element].map((from) =>
      path.reduce<Element | undefined>((around, index) => around?.children[index], from),
    );
    const rest = like?.getRootNode();
    if (found?.nodeName !== element.nodeName || !like) return null;
    found.remove();
    like.remove();
    return hasEqualChildren(root, rest as Node) ? found : null;
  }

  /** Find out whether `parseTag` finds what the whole did. */
  private checkTag(element: Element, morpher: Morpher): void {
    const alone = this.parseTag(element, wordOf, morpher);
    const deep = isTextOnly(element);
    const isSame = alone?.cloneNode(deep).isEqualNode(element.cloneNode(deep));
    if (!isSame || element.nodeName === "TEMPLATE") this.tags.delete(element);
  }
}
