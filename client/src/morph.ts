// Makes the live region look like new HTML without taking from the person what is theirs: focus, selection, typed text,
// chosen options, open <details> and <dialog>, scroll positions, playing media. Server state and the person's are told
// apart by the defaults in the attributes: only a default that the server changed overrules the person.

import morphdom from "morphdom";
import { matchKeys } from "./keys";

/** Called for an element that is in use: true when the element is left as it is and the new state kept for later. */
export type Hold = (from: Element, to: Element) => boolean;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface HtmlPolicy {
  createHTML(html: string): string;
}

export class Morpher {
  /** While true, focus and blur events come from the morph and not from the person. */
  active = false;

  private readonly scrolled = new Set<Element>();
  /** Whether the server last said that a <details> or <dialog> is open; the attribute itself is the person's. */
  private readonly openByServer = new WeakMap<Element, boolean>();
  private readonly inert = document.implementation.createHTMLDocument("");
  private policy: HtmlPolicy | undefined;

  /** `ownScript` is the element that loaded this client; it is never removed. */
  constructor(
    private readonly region: Element,
    private readonly ownScript: Element | null,
    private readonly hold: Hold,
  ) {
    this.recordOpen(region);
    // Scroll events do not bubble, so listen on the way down; what has scrolled may need its position restored.
    document.addEventListener("scroll", (event) => {
      if (event.target instanceof Element) this.scrolled.add(event.target);
    }, { capture: true, passive: true });
  }

  /** Show HTML: what stands in the region, or a whole document when the region is the body. */
  update(html: string): void {
    if (this.region === document.body) {
      const page = new DOMParser().parseFromString(this.trusted(html), "text/html");
      this.show(page.body, page);
    } else {
      const to = this.inert.createElement(this.region.localName);
      to.innerHTML = this.trusted(html);
      this.morphTo(to);
    }
  }

  /** Show the region of another version of the page, which is used up. */
  show(region: Element, page: Document): void {
    if (this.region === document.body && page.head.querySelector("title") && document.title !== page.title)
      document.title = page.title;
    this.morphTo(region);
  }

  private morphTo(to: Element): void {
    const restore = this.remember();
    const afterwards: (() => void)[] = [];
    const keys = matchKeys(this.region, to);
    const openable = this.region.querySelector("details,dialog") !== null;
    this.active = true;
    try {
      morphdom(this.region, to, {
        childrenOnly: true,
        getNodeKey: (node) => keys.get(node),
        onNodeAdded: (node) => {
          if (isOpenable(node)) this.openByServer.set(node as Element, (node as Element).hasAttribute("open"));
        },
        onBeforeElUpdated: (from, next) => this.beforeUpdate(from, next, openable, afterwards),
        onBeforeElChildrenUpdated: (from) => from.nodeName !== "TEXTAREA",
        onBeforeNodeDiscarded: (node) => node !== this.ownScript,
      });
      for (const step of afterwards) step();
      restore();
    } finally {
      this.active = false;
    }
  }

  private beforeUpdate(from: Element, to: Element, openable: boolean, afterwards: (() => void)[]): boolean {
    if (from.hasAttribute("lvt-ignore") || from.nodeName === "NOSCRIPT" || isProgram(from)) return false;
    if (this.hold(from, to)) return false;
    if (from === document.activeElement && from.hasAttribute("contenteditable")) return false;
    if (isOpenable(from)) this.keepOpen(from, to);
    // Equal means: in all that the server says. What it says about open elements inside must still be recorded.
    if (from.isEqualNode(to) && !(openable && from.querySelector("details,dialog"))) return false;
    if (from instanceof HTMLInputElement) {
      updateInput(from, to as HTMLInputElement);
      return false;
    }
    if (from instanceof HTMLOptionElement) {
      updateOption(from, to as HTMLOptionElement);
      return false;
    }
    if (from instanceof HTMLTextAreaElement) {
      updateTextArea(from, to as HTMLTextAreaElement);
      return false;
    }
    if (from instanceof HTMLSelectElement) afterwards.push(planSelect(from, to as HTMLSelectElement));
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
    for (const element of root.querySelectorAll("details,dialog"))
      this.openByServer.set(element, element.hasAttribute("open"));
  }

  /** Note what moving elements about would lose; the result puts it back. */
  private remember(): () => void {
    const focused = document.activeElement;
    const selection = focused ? selectionOf(focused) : null;
    const positions = [...this.scrolled]
      .filter((element) => element.isConnected || (this.scrolled.delete(element), false))
      .map((element) => [element, element.scrollTop, element.scrollLeft] as const);
    const playing = [...this.region.querySelectorAll<HTMLMediaElement>("video,audio")].filter((media) => !media.paused && !media.ended);
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
    const types = (window as { trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy } }).trustedTypes;
    this.policy ??= types ? types.createPolicy("livetemplate", { createHTML: (text) => text }) : { createHTML: (text) => text };
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

// ---- fields ----

function isFocused(field: Field): boolean {
  return document.activeElement === field;
}

function updateAttributes(from: Element, to: Element): void {
  for (const { name, value } of [...to.attributes]) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
}

/** Give a text field the server's value, unless it is in use or holds text that the server knows nothing of. */
function updateValue(from: HTMLInputElement | HTMLTextAreaElement, to: typeof from, update: () => void): void {
  const typed = from.value;
  const keep = isFocused(from) || (from.defaultValue === to.defaultValue && typed !== from.defaultValue);
  update();
  const wanted = keep ? typed : to.value;
  if (from.value !== wanted) from.value = wanted;
}

function updateInput(from: HTMLInputElement, to: HTMLInputElement): void {
  if (from.type === "file" && from.type === to.type) {
    updateAttributes(from, to);
  } else if (/^(checkbox|radio)$/.test(from.type) && from.type === to.type) {
    const checked = from.defaultChecked === to.defaultChecked ? from.checked : to.checked;
    updateAttributes(from, to);
    if (from.checked !== checked) from.checked = checked;
  } else {
    updateValue(from, to, () => updateAttributes(from, to));
  }
}

function updateTextArea(from: HTMLTextAreaElement, to: HTMLTextAreaElement): void {
  updateValue(from, to, () => {
    updateAttributes(from, to);
    if (from.defaultValue !== to.defaultValue) from.defaultValue = to.defaultValue;
  });
}

function updateOption(from: HTMLOptionElement, to: HTMLOptionElement): void {
  updateAttributes(from, to);
  if (from.textContent !== to.textContent) from.textContent = to.textContent;
}

function chosen(select: HTMLSelectElement): string[] {
  return [...select.options].filter((option) => option.selected).map((option) => option.value);
}

function chosenByDefault(select: HTMLSelectElement): string[] {
  return [...select.options].filter((option) => option.defaultSelected).map((option) => option.value);
}

/** What a list box shows when nobody has chosen anything. */
function initiallyChosen(select: HTMLSelectElement): string[] {
  const values = chosenByDefault(select);
  if (select.multiple) return values;
  const first = [...select.options].find((option) => !option.disabled);
  return values.length ? values.slice(-1) : first ? [first.value] : [];
}

function same(a: string[], b: string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What is chosen once the options have changed: the person's choice as long as the server's stays and it still exists. */
function planSelect(from: HTMLSelectElement, to: HTMLSelectElement): () => void {
  const mine = chosen(from);
  const theirs = chosen(to);
  const touched = !same(mine, initiallyChosen(from));
  const keep = isFocused(from) || (touched && same(chosenByDefault(from), chosenByDefault(to)));
  return () => {
    const options = [...from.options];
    const wanted = keep && mine.every((value) => options.some((option) => option.value === value)) ? mine : theirs;
    if (wanted.length === 0 && !from.multiple) from.selectedIndex = -1;
    for (const option of options) {
      const selected = wanted.includes(option.value);
      if (option.selected !== selected) option.selected = selected;
    }
  };
}
