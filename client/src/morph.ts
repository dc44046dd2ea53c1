// Makes nodes of the live region like new HTML without taking from the person what is theirs: focus, selection, what
// fields hold (fields.ts), open <details> and <dialog>, scroll positions, playing media.

import { isTextField, planSelect, setMember, updateTag } from "./fields";
import { matchKeys } from "./keys";

/** Asked about an element that is to change: true when it is in use and left as it is, `to` being kept for later. */
export type Hold = (from: Element, to: Element | null) => boolean;

interface HtmlPolicy {
  createHTML(html: string): string;
}

type Movable = Node & { moveBefore?: (node: Node, before: Node | null) => void };

/** How far a counterpart of an element without a key is looked for. */
const LOOK_AHEAD = 64;

/** What isEqualNode does not see all of. */
const UNEQUAL = "details,dialog,template";

/** Elements in which text cannot stand. */
const WITHOUT_TEXT = /^(TABLE|TBODY|THEAD|TFOOT|TR|COLGROUP|HEAD|HTML)$/;

/** What marks the end of HTML, and everything that nobody's text can look like. */
export const MARK = `lvt${Math.random().toString(36).slice(2)}x`;

export function takesText(element: Node): boolean {
  return !WITHOUT_TEXT.test(element.nodeName);
}

/** The first line end in such elements is not parsed; which one is the first depends on all that stands before. */
export function dropsLineEnd(element: Node): boolean {
  return /^(PRE|LISTING)$/.test(element.nodeName);
}

/** What the DOM calls these types of nodes; as numbers they make a shorter script. */
const ELEMENT_NODE = 1;
const TEXT_NODE = 3;
const COMMENT_NODE = 8;

export function isText(node: Node | null | undefined): node is Text {
  return node?.nodeType === TEXT_NODE;
}

export function isElement(node: Node | null | undefined): node is Element {
  return node?.nodeType === ELEMENT_NODE;
}

export function isComment(node: Node): boolean {
  return node.nodeType === COMMENT_NODE;
}

export class Morpher {
  /** While true, focus and blur events come from the morph and not from the person. */
  active = false;

  /** The element that had the focus when the work began; moving it takes the focus away for a moment. */
  private inUse: Element | null = null;
  private readonly scrolled = new Set<Element>();
  private readonly played: Set<HTMLMediaElement>;
  /** Whether the server last said that a <details> or <dialog> is open; the attribute itself is the person's. */
  private readonly openByServer = new WeakMap<Element, boolean>();
  private readonly inert = document.implementation.createHTMLDocument("");
  private policy: HtmlPolicy | undefined;
  /** What is to be done when all else is: by the list box whose options change, or by nothing. */
  private afterwards = new Map<unknown, () => void>();
  private counterparts = new Map<Node, Node | null>();

  /** `ownScript` is the element that loaded this client; it is never removed. */
  constructor(
    readonly region: Element,
    readonly ownScript: Element | null,
    private readonly hold: Hold,
  ) {
    this.recordOpen(region);
    this.played = new Set(region.querySelectorAll<HTMLMediaElement>("video,audio"));
    // These events do not bubble, so listen on the way down; what has scrolled or played may need its state restored.
    const listen = (type: string, set: Set<Element>) =>
      document.addEventListener(
        type,
        ({ target }) => {
          if (target instanceof Element) set.add(target);
        },
        true,
      );
    listen("scroll", this.scrolled);
    listen("play", this.played);
  }

  /** Whether the region is the body, and what is shown a whole document. */
  get isPage(): boolean {
    return this.region === document.body;
  }

  /** Do what changes the page, and put back afterwards what that took from the person. */
  work<Result>(task: () => Result): Result {
    const focused = (this.inUse = document.activeElement);
    const selection = focused && selectionOf(focused);
    this.active = true;
    try {
      const result = task();
      for (const step of this.afterwards.values()) step();
      if (focused instanceof HTMLElement && focused !== document.body && focused.isConnected) {
        if (document.activeElement !== focused) focused.focus({ preventScroll: true });
        const now = selectionOf(focused);
        if (selection && now && (now[0] !== selection[0] || now[1] !== selection[1]))
          (focused as HTMLInputElement).setSelectionRange(...selection);
      }
      return result;
    } finally {
      this.afterwards.clear();
      this.active = false;
    }
  }

  /** Show HTML: what stands in the region, or a whole document when the region is the body. */
  update(html: string): void {
    const page = this.isPage ? this.parsePage(html) : undefined;
    this.replace(page?.body ?? this.parseAlone(html, this.region), page);
  }

  /** Show the region of another version of the page, which is used up. */
  replace(region: Element, page?: Document): void {
    this.work(() => {
      if (this.isPage && page?.head.querySelector("title")) setMember(document, "title", page.title);
      // What showed values one by one has split texts; the first message says what the page was served with.
      this.region.normalize();
      if (this.region.querySelector(UNEQUAL) || !hasEqualChildren(this.region, region))
        this.morphNodes(this.region, this.region.firstChild, null, [...region.childNodes]);
    });
  }

  // ---- parsing ----

  /** Parse HTML into an element like `parent`, in a document where nothing loads and nothing runs. */
  parseAlone(html: string, parent: Element): Element {
    const holder = this.inert.importNode(parent, false);
    holder.innerHTML = this.trusted(html);
    // Chromium's short cut for plain HTML leaves one button in another, its parser never does. A table is not plain.
    if (holder.querySelector("button button")) {
      holder.innerHTML = this.trusted("<table></table>" + html);
      holder.firstElementChild?.remove();
    }
    return holder;
  }

  parsePage(html: string): Document {
    return new DOMParser().parseFromString(this.trusted(html), "text/html");
  }

  /**
   * Parse HTML that stands in an element of the region, as it is parsed there: inside elements like those around it.
   * Null when it does not end where it begins, and so changes what is around it.
   */
  parseInside(html: string, parent: Element): Element | null {
    const around: Element[] = [];
    let open = "";
    for (let element = parent; element !== this.region && element.parentElement; element = element.parentElement) {
      if (element.localName === "annotation-xml") return null;
      around.push(element);
      open = `<${element.localName}>${open}`;
    }
    if (dropsLineEnd(parent) && /^[\r\n]|^$/.test(html)) return null;
    const text = takesText(parent) ? MARK : "";
    let holder = this.parseAlone(`${open}${html}<!--${MARK}-->${text}`, this.region);
    while (around.length) {
      const inner = holder.firstElementChild;
      if (holder.childNodes.length !== 1 || inner?.nodeName !== (around.pop() as Element).nodeName) return null;
      holder = inner;
    }
    for (const expected of text ? [MARK, MARK] : [MARK]) {
      if (holder.lastChild?.nodeValue !== expected) return null;
      holder.lastChild.remove();
    }
    return holder;
  }

  /** Pages may demand that HTML from scripts passes a named policy (Trusted Types). */
  private trusted(html: string): string {
    const types = (window as { trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy } })
      .trustedTypes;
    const rules = { createHTML: (text: string) => text };
    this.policy ??= types ? types.createPolicy("livetemplate", rules) : rules;
    return this.policy.createHTML(html);
  }

  // ---- what is called while at work ----

  /** Whether what the server says of an element does not count at the moment. */
  isGuarded(element: Element): boolean {
    return (
      isLeftAlone(element) ||
      (element === this.inUse && element.hasAttribute("contenteditable")) ||
      this.hold(element, null)
    );
  }

  /** The options of a list box that an element is in, with whatever stands between, are about to change. */
  touch(element: Element): void {
    const select = element.closest("select");
    if (select && !this.afterwards.has(select)) this.afterwards.set(select, planSelect(select, this.inUse));
  }

  /** Make an element like another one, which is used up. */
  morphElement(from: Element, to: Element): void {
    this.match([...from.childNodes], [...to.childNodes], (late) => this.morph(from, to, late));
  }

  /** Make an element's tag like that of another one. */
  morphTag(from: Element, to: Element): void {
    if (this.maySet(from, to)) updateTag(from, to, this.inUse);
  }

  /** Make siblings, from `first` up to `end`, like others. */
  morphNodes(parent: Element, first: Node | null, end: Node | null, to: Node[]): void {
    this.match(siblings(first, end), to, (late) => this.morphChildren(parent, first, end, to, late));
  }

  /** Replace siblings, from `first` up to `end`, by what an element made by `parseInside` holds. */
  replaceNodes(parent: Element, first: Node, end: Node | null, to: Element): void {
    this.touch(parent);
    const range = document.createRange();
    range.setStartBefore(first);
    if (end) range.setEndBefore(end);
    else range.setEndAfter(parent.lastChild as Node);
    range.deleteContents();
    this.recordOpen(to);
    range.selectNodeContents(to);
    parent.insertBefore(range.extractContents(), end);
  }

  /** Insert a node, or move it. */
  insert(parent: Movable, node: Node, before: Node | null): void {
    // A node of a parsed page is connected, to that page.
    const isNew = node.ownerDocument !== document;
    const isMoved = !isNew && node.isConnected;
    const { moveBefore } = parent;
    // Where elements can be moved as they are, one with the focus still scrolls into view.
    if (isMoved && (!moveBefore || node.contains(this.inUse))) this.remember();
    ((isMoved && moveBefore) || parent.insertBefore).call(parent, node, before);
    if (isNew && isElement(node)) this.recordOpen(node);
  }

  // ---- morphing ----

  /** Do what makes nodes like others, knowing which keys are on both sides. */
  private match(from: Node[], to: Node[], task: (late: Node[]) => void): void {
    const late: Node[] = [];
    this.counterparts = matchKeys(from, to);
    task(late);
    // Elements that were wanted elsewhere, in something that then was left alone.
    for (const node of late) if (this.counterparts.get(node)) (node as ChildNode).remove();
    this.counterparts.clear();
  }

  private morph(from: Node, to: Node, late: Node[]): void {
    if (!isElement(from)) return setMember(from, "nodeValue", to.nodeValue);
    const target = to as Element;
    if (!this.maySet(from, target)) return;
    // Equal means: in all that the server says. What it says about open elements inside must still be recorded.
    if (!from.matches(UNEQUAL) && !from.querySelector(UNEQUAL) && from.isEqualNode(to)) return;
    if (updateTag(from, target, this.inUse)) return;
    if (from instanceof HTMLTemplateElement) {
      if (from.innerHTML !== target.innerHTML) from.content.replaceChildren((to as HTMLTemplateElement).content);
    } else {
      this.morphChildren(from, from.firstChild, null, [...to.childNodes], late);
    }
  }

  private morphChildren(parent: Element, first: Node | null, end: Node | null, to: Node[], late: Node[]): void {
    const { counterparts } = this;
    this.touch(parent);
    let at = joinTexts(first, end);
    const drop = () => {
      const node = at as ChildNode;
      at = node.nextSibling;
      if (counterparts.get(node)) late.push(node);
      else if (node !== this.ownScript) node.remove();
    };
    to.forEach((next, index) => {
      let match = counterparts.get(next) ?? null;
      if (!counterparts.has(next)) {
        let distance = 0;
        for (let node = at; node !== end && distance < LOOK_AHEAD; node = (node as Node).nextSibling, distance++) {
          if (!this.isAlike(node as Node, next)) continue;
          match = node;
          break;
        }
        // What stands first may be wanted sooner than this.
        const sooner = to.slice(index + 1, index + 1 + distance);
        if (match && sooner.some((other) => counterparts.get(other) === at || this.isAlike(at as Node, other)))
          match = null;
        while (match && at !== match) drop();
      }
      if (!match) return this.insert(parent, next, at);
      counterparts.set(match, null);
      if (match !== at) this.insert(parent, match, at);
      this.morph(match, next, late);
      // What stood next may have been taken into the element.
      at = match.nextSibling;
    });
    while (at !== end) drop();
  }

  private isAlike(from: Node, to: Node): boolean {
    return from.nodeName === to.nodeName && !this.counterparts.has(from) && !this.counterparts.has(to);
  }

  /** Whether what the server says of an element counts. */
  private maySet(from: Element, to: Element): boolean {
    if (this.isGuarded(from)) {
      this.hold(from, to);
      return false;
    }
    if (isOpenable(from)) this.keepOpen(from, to);
    this.touch(from);
    return true;
  }

  private keepOpen(from: Element, to: Element): void {
    const wanted = to.hasAttribute("open");
    if (wanted === (this.openByServer.get(from) ?? false)) {
      to.toggleAttribute("open", from.hasAttribute("open"));
    } else if (!wanted && from instanceof HTMLDialogElement && from.open && from.close) {
      // A modal dialog leaves the top layer only by being closed.
      from.close();
    }
    this.openByServer.set(from, wanted);
  }

  private recordOpen(root: Element): void {
    for (const element of [root, ...root.querySelectorAll("details,dialog")])
      if (isOpenable(element)) this.openByServer.set(element, element.hasAttribute("open"));
  }

  /** Note what moving elements about loses. */
  private remember(): void {
    if (this.afterwards.has(this)) return;
    const connected = <Kind extends Element>(set: Set<Kind>) =>
      [...set].filter((element) => element.isConnected || (set.delete(element), false));
    const positions = connected(this.scrolled).map(
      (element) => [element, element.scrollTop, element.scrollLeft] as const,
    );
    const playing = connected(this.played).filter((media) => !media.paused && !media.ended);
    this.afterwards.set(this, () => {
      for (const [element, top, left] of positions) {
        setMember(element, "scrollTop", top);
        setMember(element, "scrollLeft", left);
      }
      for (const media of playing) if (media.paused && media.isConnected) media.play().catch(() => undefined);
    });
  }
}

/** The nodes from `first` up to `end`. */
export function siblings(first: Node | null, end: Node | null): Node[] {
  const nodes: Node[] = [];
  for (let node = first; node && node !== end; node = node.nextSibling) nodes.push(node);
  return nodes;
}

/** One text where several stand beside each other; the first node that is left. */
function joinTexts(first: Node | null, end: Node | null): Node | null {
  let node = first;
  let kept: Node | null = null;
  let start: Node | null = null;
  while (node !== end) {
    const next: Node | null = (node as Node).nextSibling;
    if (isText(node) && (isText(kept) || !node.data)) {
      if (isText(kept)) kept.appendData(node.data);
      node.remove();
    } else {
      kept = node;
      start ??= node;
    }
    node = next;
  }
  return start ?? end;
}

export function hasEqualChildren(from: Node, to: Node): boolean {
  const others = [...to.childNodes];
  const nodes = [...from.childNodes];
  return nodes.length === others.length && nodes.every((node, index) => node.isEqualNode(others[index] as Node));
}

function isOpenable(node: Node): boolean {
  return /^(DETAILS|DIALOG)$/.test(node.nodeName);
}

/** Whether what the server says of an element never counts. Scripts run once; only those that are data may change. */
export function isLeftAlone(element: Element): boolean {
  return (
    element.hasAttribute("lvt-ignore") ||
    element.nodeName === "NOSCRIPT" ||
    (element.nodeName === "SCRIPT" && /^$|script|^module$/i.test(element.getAttribute("type") ?? ""))
  );
}

function selectionOf(element: Element): [number, number, ("forward" | "backward" | "none")?] | null {
  if (!isTextField(element)) return null;
  const { selectionStart: start, selectionEnd: end, selectionDirection: direction } = element;
  return start === null || end === null ? null : [start, end, direction ?? "none"];
}
