// Makes the live region look like new HTML without taking from the person what is theirs: focus, selection, what fields
// hold (fields.ts), open <details> and <dialog>, scroll positions, playing media.

import morphdom from "morphdom";
import { updateField } from "./fields";
import { matchKeys } from "./keys";
import type { RowList } from "./lists";
import { printRange, type Row } from "./tree";

/** Called for an element that is in use: true when the element is left as it is and the new state kept for later. */
export type Hold = (from: Element, to: Element) => boolean;

interface HtmlPolicy {
  createHTML(html: string): string;
}

/** A comment in new HTML that stands for the rows of a list, which are prepared. */
interface Stub {
  list: RowList;
  marker: Comment;
  fresh: Map<Row, Element>;
  done: boolean;
}

export class Morpher {
  /** While true, focus and blur events come from the morph and not from the person. */
  active = false;

  /** The element that had the focus when the work began; moving it takes the focus away for a moment. */
  private inUse: Element | null = null;
  private readonly scrolled = new Set<Element>();
  /** Whether the server last said that a <details> or <dialog> is open; the attribute itself is the person's. */
  private readonly openByServer = new WeakMap<Element, boolean>();
  private readonly inert = document.implementation.createHTMLDocument("");
  private policy: HtmlPolicy | undefined;
  /** Nobody's text can look like it. */
  private readonly marker = `lvt-rows-${Math.random().toString(36).slice(2)}-`;

  /** `ownScript` is the element that loaded this client; it is never removed. */
  constructor(
    private readonly region: Element,
    private readonly ownScript: Element | null,
    private readonly hold: Hold,
  ) {
    this.recordOpen(region);
    // Scroll events do not bubble, so listen on the way down; what has scrolled may need its position restored.
    document.addEventListener(
      "scroll",
      (event) => {
        if (event.target instanceof Element) this.scrolled.add(event.target);
      },
      { capture: true, passive: true },
    );
  }

  /** The comment that stands for the rows of a list in HTML for `update`. */
  markerOf(index: number): string {
    return `<!--${this.marker}${index}-->`;
  }

  /**
   * Show HTML: what stands in the region, or a whole document when the region is the body. The rows of the lists are
   * shown one by one where their markers stand. False, and nothing done, when a marker ended up where no comment can be.
   */
  update(html: string, lists: RowList[] = []): boolean {
    const isBody = this.region === document.body;
    const page = isBody ? this.parsePage(html) : null;
    const to = page ? page.body : this.parse(html, this.region);
    const stubs = this.findStubs(to, lists);
    if (!stubs) return false;
    if (page) this.updateTitle(page);
    this.work((afterwards) => this.morph(this.region, to, true, stubs, afterwards));
    return true;
  }

  /** Show the region of another version of the page, which is used up. */
  replace(region: Element, page: Document): void {
    if (this.region === document.body) this.updateTitle(page);
    this.work((afterwards) => this.morph(this.region, region, true, [], afterwards));
  }

  /** Do what is pending in lists, with what they have prepared. */
  updateLists(lists: (readonly [RowList, Map<Row, Element>])[]): void {
    this.work((afterwards) => {
      for (const [list, fresh] of lists) this.perform(list, fresh, afterwards);
    });
  }

  /** Parse HTML into an element like `parent`, in a document where nothing loads and nothing runs. */
  readonly parse = (html: string, parent: Element): Element => {
    const holder = this.inert.importNode(parent, false);
    holder.innerHTML = this.trusted(html);
    return holder;
  };

  parsePage(html: string): Document {
    return new DOMParser().parseFromString(this.trusted(html), "text/html");
  }

  private updateTitle(page: Document): void {
    if (page.head.querySelector("title") && document.title !== page.title) document.title = page.title;
  }

  private work(task: (afterwards: (() => void)[]) => void): void {
    const restore = this.remember();
    const afterwards: (() => void)[] = [];
    this.active = true;
    try {
      task(afterwards);
      for (const step of afterwards) step();
      restore();
    } finally {
      this.active = false;
    }
  }

  private morph(from: Element, to: Element, childrenOnly: boolean, stubs: Stub[], afterwards: (() => void)[]): void {
    const openable = from.querySelector("details,dialog") !== null;
    // The first message says what the page was served with.
    if (childrenOnly && !stubs.length && !openable && from.isEqualNode(to)) return;
    const keys = matchKeys(from, to, new Set(stubs.map((stub) => stub.list.parent)));
    morphdom(from, to, {
      childrenOnly,
      getNodeKey: (node) => keys.get(node),
      onBeforeNodeAdded: (node) => {
        for (const stub of stubs) if (node.contains(stub.marker)) this.expand(stub);
        return node;
      },
      onNodeAdded: (node) => {
        if (isOpenable(node)) this.openByServer.set(node as Element, (node as Element).hasAttribute("open"));
      },
      onBeforeElUpdated: (before, next) => this.beforeUpdate(before, next, openable, afterwards),
      onBeforeElChildrenUpdated: (before, next) => {
        const stub = stubs.find(({ marker }) => marker.parentNode === next);
        if (stub && stub.list.parent === before) {
          this.perform(stub.list, stub.fresh, afterwards);
          stub.done = true;
          return false;
        }
        if (stub) this.expand(stub);
        return before.nodeName !== "TEXTAREA";
      },
      onBeforeNodeDiscarded: (node) => node !== this.ownScript,
    });
    // A list that was not reached, in an ignored element for instance, shows nothing of what is pending.
    for (const stub of stubs) if (!stub.done) stub.list.release();
  }

  // ---- lists that are shown row by row ----

  private findStubs(to: Element, lists: RowList[]): Stub[] | null {
    const stubs: Stub[] = [];
    if (!lists.length) return stubs;
    const found = new Map<string, Comment>();
    const walker = this.inert.createTreeWalker(to, NodeFilter.SHOW_COMMENT);
    while (walker.nextNode()) found.set(walker.currentNode.nodeValue ?? "", walker.currentNode as Comment);
    for (const [index, list] of lists.entries()) {
      const marker = found.get(this.marker + index);
      if (!marker) return null;
      const alone = [...(marker.parentNode?.childNodes ?? [])].every(
        (node) => node === marker || (node.nodeType === Node.TEXT_NODE && !node.nodeValue?.trim()),
      );
      const fresh = alone ? list.prepare(this.parse) : null;
      const stub: Stub = { list, marker, fresh: fresh ?? new Map<Row, Element>(), done: false };
      if (fresh) stubs.push(stub);
      else this.expand(stub);
    }
    return stubs;
  }

  /** Print the rows after all. */
  private expand(stub: Stub): void {
    const parent = stub.marker.parentElement;
    if (parent) stub.marker.replaceWith(...this.parse(printRange(stub.list.range), parent).childNodes);
    stub.list.release();
    stub.done = true;
  }

  private perform(list: RowList, fresh: Map<Row, Element>, afterwards: (() => void)[]): void {
    list.perform(
      fresh,
      (from, to) => this.morph(from, to, false, [], afterwards),
      (element) => this.recordOpen(element),
    );
  }

  // ---- one element ----

  private beforeUpdate(from: Element, to: Element, openable: boolean, afterwards: (() => void)[]): boolean {
    if (from.hasAttribute("lvt-ignore") || from.nodeName === "NOSCRIPT" || isProgram(from)) return false;
    if (this.hold(from, to)) return false;
    if (from === this.inUse && from.hasAttribute("contenteditable")) return false;
    if (isOpenable(from)) this.keepOpen(from, to);
    // Equal means: in all that the server says. What it says about open elements inside must still be recorded.
    if (from.isEqualNode(to) && !(openable && from.querySelector("details,dialog"))) return false;
    const field = updateField(from, to, this.inUse);
    if (typeof field === "function") afterwards.push(field);
    else if (field) return false;
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

  /** Note what moving elements about would lose; the result puts it back. */
  private remember(): () => void {
    const focused = (this.inUse = document.activeElement);
    const selection = focused ? selectionOf(focused) : null;
    const positions = [...this.scrolled]
      .filter((element) => element.isConnected || (this.scrolled.delete(element), false))
      .map((element) => [element, element.scrollTop, element.scrollLeft] as const);
    const playing = [...this.region.querySelectorAll<HTMLMediaElement>("video,audio")].filter(
      (media) => !media.paused && !media.ended,
    );
    return () => {
      if (focused instanceof HTMLElement && focused !== document.body && focused.isConnected) {
        if (document.activeElement !== focused) focused.focus({ preventScroll: true });
        const now = selectionOf(focused);
        if (selection && now && (now[0] !== selection[0] || now[1] !== selection[1]))
          (focused as HTMLInputElement).setSelectionRange(...selection);
      }
      for (const [element, top, left] of positions) {
        if (element.scrollTop !== top) element.scrollTop = top;
        if (element.scrollLeft !== left) element.scrollLeft = left;
      }
      for (const media of playing) if (media.paused && media.isConnected) media.play().catch(() => undefined);
    };
  }

  /** Pages may demand that HTML from scripts passes a named policy (Trusted Types). */
  private trusted(html: string): string {
    const types = (window as { trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy } })
      .trustedTypes;
    this.policy ??= types
      ? types.createPolicy("livetemplate", { createHTML: (text) => text })
      : { createHTML: (text) => text };
    return this.policy.createHTML(html);
  }
}

function isOpenable(node: Node): boolean {
  return node.nodeName === "DETAILS" || node.nodeName === "DIALOG";
}

/** Scripts run once; only those that are data may change. */
function isProgram(element: Element): boolean {
  return element.nodeName === "SCRIPT" && /^$|script|^module$/i.test(element.getAttribute("type") ?? "");
}

function selectionOf(element: Element): [number, number, ("forward" | "backward" | "none")?] | null {
  if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) return null;
  const { selectionStart: start, selectionEnd: end, selectionDirection: direction } = element;
  return start === null || end === null ? null : [start, end, direction ?? "none"];
}
