// Turns what happens in the live region into actions. One listener a kind of event stands on the document, so that
// elements may come and go; the nearest ancestor with the attribute is the one that acts.

import type { Actions } from "./actions";
import { elementData } from "./data";
import type { Forms } from "./forms";

const DELEGATED = ["click", "change", "input", "keydown", "keyup", "focus", "blur", "mouseenter", "mouseleave"];
const WINDOW = ["keydown", "keyup", "scroll", "resize", "focus", "blur", "online", "offline"];

/** An action that lvt-debounce or lvt-throttle holds back. */
interface Delay {
  timer: ReturnType<typeof setTimeout> | undefined;
  waiting: (() => void) | undefined;
}

export class Events {
  private readonly delays = new Map<Element, Map<string, Delay>>();

  constructor(
    private readonly region: Element,
    private readonly actions: Actions,
    private readonly forms: Forms,
    /** True while events come from the client's own work on the page. */
    private readonly silent: () => boolean,
  ) {}

  listen(): void {
    for (const type of DELEGATED) {
      // On the way down where events do not bubble.
      const capture = /^(focus|blur|mouse.*)$/.test(type);
      document.addEventListener(type, (event) => this.guard(() => this.onEvent(type, event)), capture);
    }
    for (const type of WINDOW) window.addEventListener(type, (event) => this.guard(() => this.onWindow(type, event)));
    document.addEventListener("submit", (event) => this.guard(() => this.onSubmit(event)));
  }

  private guard(handle: () => void): void {
    if (!this.silent()) handle();
  }

  private onEvent(type: string, event: Event): void {
    const target = event.target;
    if (type === "click") this.onClickAway(event);
    if (!(target instanceof Element)) return;
    if (type === "blur") this.flush(target);
    const name = `lvt-${type}`;
    // The mouse enters and leaves each element by itself.
    const own = type.startsWith("mouse");
    const element = own ? (target.hasAttribute(name) ? target : null) : target.closest(`[${name}]`);
    const action = element?.getAttribute(name);
    if (!element || !action || !this.region.contains(element)) return;
    if (!passesKeyFilter(element, event)) return;
    if (type === "click") {
      const mouse = event as MouseEvent;
      const link = target.closest("a[href],area[href]");
      if (link && (mouse.button || mouse.ctrlKey || mouse.metaKey || mouse.shiftKey || mouse.altKey)) return;
      if (element.matches(":disabled")) return;
      // Neither the link nor the form's button around it is to act as well.
      if (link || target.closest("button,input[type=submit],input[type=image],input[type=reset]"))
        event.preventDefault();
    }
    if (isRefused(element)) {
      event.preventDefault();
      return;
    }
    const button =
      type === "click" && element.hasAttribute("lvt-disable-with") && element.matches("button,input") ? element : null;
    const data = elementData(element);
    this.delay(element, type, () => {
      const release = button ? this.forms.holdButton(button as HTMLButtonElement) : undefined;
      this.actions.run(action, data, element, release);
    });
  }

  private onClickAway(event: Event): void {
    const path = event.composedPath();
    for (const element of this.region.querySelectorAll("[lvt-click-away]")) {
      const action = element.getAttribute("lvt-click-away");
      if (action && !path.includes(element)) this.actions.run(action, elementData(element), element);
    }
  }

  private onWindow(type: string, event: Event): void {
    const name = `lvt-window-${type}`;
    for (const element of [
      ...this.region.querySelectorAll(`[${name}]`),
      ...(this.region.hasAttribute(name) ? [this.region] : []),
    ]) {
      const action = element.getAttribute(name);
      if (!action || !passesKeyFilter(element, event)) continue;
      const data = elementData(element);
      this.delay(element, name, () => this.actions.run(action, data, element));
    }
  }

  private onSubmit(event: Event): void {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || !this.region.contains(form)) return;
    const submitter = (event as SubmitEvent).submitter ?? null;
    const action = this.forms.actionOf(form, submitter);
    const asks = submitter?.hasAttribute("lvt-confirm") ? submitter : form;
    if (action === null && !asks.hasAttribute("lvt-confirm")) return;
    if (isRefused(asks)) {
      event.preventDefault();
    } else if (action !== null) {
      // A form of a dialog closes it, and goes nowhere.
      if (form.getAttribute("method")?.toLowerCase() !== "dialog") event.preventDefault();
      this.drop(form);
      this.forms.submit(form, submitter, action);
    }
  }

  // ---- lvt-debounce and lvt-throttle ----

  private delay(element: Element, type: string, run: () => void): void {
    const throttle = Number(element.getAttribute("lvt-throttle"));
    const debounce = Number(element.getAttribute("lvt-debounce"));
    if (!(throttle > 0 || debounce > 0)) return run();
    const kinds = this.delays.get(element) ?? new Map<string, Delay>();
    const delay = kinds.get(type) ?? { timer: undefined, waiting: undefined };
    this.delays.set(element, kinds.set(type, delay));
    if (throttle > 0) {
      if (delay.timer === undefined) {
        run();
        this.startThrottle(element, type, delay, throttle);
      } else {
        delay.waiting = run;
      }
    } else {
      clearTimeout(delay.timer);
      delay.waiting = run;
      delay.timer = setTimeout(() => this.finish(element, type, delay), debounce);
    }
  }

  /** The last call within an interval is made at its end, and starts the next one. */
  private startThrottle(element: Element, type: string, delay: Delay, wait: number): void {
    delay.timer = setTimeout(() => {
      const run = delay.waiting;
      delay.waiting = undefined;
      if (run) {
        run();
        this.startThrottle(element, type, delay, wait);
      } else {
        this.finish(element, type, delay);
      }
    }, wait);
  }

  private finish(element: Element, type: string, delay: Delay): void {
    clearTimeout(delay.timer);
    const kinds = this.delays.get(element);
    if (kinds?.get(type) === delay && kinds.delete(type) && kinds.size === 0) this.delays.delete(element);
    delay.waiting?.();
  }

  /** Run what waits on a field that is left. */
  private flush(element: Element): void {
    const kinds = this.delays.get(element);
    if (kinds) for (const [type, delay] of [...kinds]) if (delay.waiting) this.finish(element, type, delay);
  }

  /** A form that is sent says all that its fields had still to say. */
  private drop(form: HTMLFormElement): void {
    for (const [element, kinds] of [...this.delays]) {
      if (element !== form && !form.contains(element) && (element as HTMLInputElement).form !== form) continue;
      for (const delay of kinds.values()) clearTimeout(delay.timer);
      this.delays.delete(element);
    }
  }
}

/** lvt-key="Enter Escape": only these keys; and none that belongs to an input method at work. */
function passesKeyFilter(element: Element, event: Event): boolean {
  if (!event.type.startsWith("key")) return true;
  // Browsers that fill in a form send key events without a key.
  const { key, isComposing } = event as KeyboardEvent;
  if (!key || isComposing) return false;
  const filter = element.getAttribute("lvt-key");
  const name = key === " " ? "space" : key === "," ? "comma" : key.toLowerCase();
  return (
    !filter ||
    filter
      .toLowerCase()
      .split(/[\s,]+/)
      .includes(name)
  );
}

/** lvt-confirm="Really?" */
function isRefused(element: Element): boolean {
  const question = element.getAttribute("lvt-confirm");
  return !!question && !window.confirm(question);
}
