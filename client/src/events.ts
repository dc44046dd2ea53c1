// Turns what happens in the live region into actions. One listener a kind of event stands on the document, so that
// elements may come and go; the nearest ancestor with the attribute is the one that acts.

import type { Actions } from "./actions";
import { elementData } from "./data";
import type { Forms } from "./forms";

const DELEGATED = ["click", "change", "input", "keydown", "keyup", "focus", "blur", "mouseenter", "mouseleave"];
const WINDOW = ["keydown", "keyup", "scroll", "resize", "focus", "blur", "online", "offline"];

/** An action that lvt-debounce or lvt-throttle holds back. */
interface Delay {
  readonly source: Element;
  readonly type: string;
  timer: ReturnType<typeof setTimeout> | undefined;
  waiting: (() => void) | undefined;
}

export class Events {
  private readonly delays = new Set<Delay>();

  constructor(
    private readonly region: Element,
    private readonly actions: Actions,
    private readonly forms: Forms,
    /** True while events come from the client's own work on the page. */
    private readonly silent: () => boolean,
  ) {}

  listen(): void {
    const listen = (target: EventTarget, type: string, handle: (event: Event) => void, capture = false) =>
      target.addEventListener(type, (event) => this.silent() || handle.call(this, event), capture);
    // On the way down where events do not bubble.
    for (const type of DELEGATED) listen(document, type, this.onEvent, /^(focus|blur|mouse.*)$/.test(type));
    for (const type of WINDOW) listen(window, type, this.onWindow);
    listen(document, "submit", this.onSubmit);
  }

  private onEvent(event: Event): void {
    const { type, target } = event;
    if (type === "click") this.onClickAway(event);
    if (!(target instanceof Element)) return;
    if (type === "blur") this.flush(target);
    const name = `lvt-${type}`;
    // The mouse enters and leaves each element by itself.
    const element = type.startsWith("mouse") ? target : target.closest(`[${name}]`);
    const action = element?.getAttribute(name);
    if (!element || !action || !this.region.contains(element) || !passesKeyFilter(element, event)) return;
    if (type === "click") {
      const mouse = event as MouseEvent;
      const link = target.closest("a[href],area[href]");
      if (link && (mouse.button || mouse.ctrlKey || mouse.metaKey || mouse.shiftKey || mouse.altKey)) return;
      if (element.matches(":disabled")) return;
      // Neither the link nor the form's button around it is to act as well.
      if (link || target.closest("button,input[type=submit],input[type=image],input[type=reset]"))
        event.preventDefault();
    }
    if (isRefused(element)) return event.preventDefault();
    const isHeld = type === "click" && element.matches("button[lvt-disable-with],input[lvt-disable-with]");
    const data = elementData(element);
    this.delay(element, type, () => {
      const release = isHeld ? this.forms.holdButton(element as HTMLButtonElement) : undefined;
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

  private onWindow(event: Event): void {
    const name = `lvt-window-${event.type}`;
    for (const element of [...this.region.querySelectorAll(`[${name}]`), this.region]) {
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
    const delay = [...this.delays].find((other) => other.source === element && other.type === type) ?? {
      source: element,
      type,
      timer: undefined,
      waiting: undefined,
    };
    this.delays.add(delay);
    if (!(throttle > 0)) {
      clearTimeout(delay.timer);
      delay.waiting = run;
      delay.timer = setTimeout(() => this.finish(delay), debounce);
    } else if (delay.timer === undefined) {
      run();
      this.startThrottle(delay, throttle);
    } else {
      delay.waiting = run;
    }
  }

  /** The last call within an interval is made at its end, and starts the next one. */
  private startThrottle(delay: Delay, wait: number): void {
    delay.timer = setTimeout(() => {
      const run = delay.waiting;
      delay.waiting = undefined;
      if (!run) return this.finish(delay);
      run();
      this.startThrottle(delay, wait);
    }, wait);
  }

  private finish(delay: Delay): void {
    this.forget(delay);
    delay.waiting?.();
  }

  private forget(delay: Delay): void {
    clearTimeout(delay.timer);
    this.delays.delete(delay);
  }

  /** Run what waits on a field that is left. */
  private flush(element: Element): void {
    for (const delay of [...this.delays]) if (delay.source === element && delay.waiting) this.finish(delay);
  }

  /** A form that is sent says all that its fields had still to say. */
  private drop(form: HTMLFormElement): void {
    for (const delay of [...this.delays])
      if (form.contains(delay.source) || (delay.source as HTMLInputElement).form === form) this.forget(delay);
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
