// Forms as actions: which action a submitted form means, the state of its button while the action is under way, and
// the return of its fields to the server's defaults when it has succeeded.

import type { Actions, Meta } from "./actions";
import { ACTION_FIELD, FIXED, formData, formElements, isBox } from "./data";
import { isTextField, updateAttributes } from "./fields";

type Button = HTMLButtonElement | HTMLInputElement;

/** How a button looked before it was held, in the words of the server's last rendering. */
interface Held {
  rendered: Element;
  count: number;
  focused: boolean;
}

/** A field's content as text, to tell whether the person went on typing. */
function contentOf(element: Element): string {
  if (element instanceof HTMLSelectElement)
    return JSON.stringify([...element.options].map((option) => option.selected));
  const field = element as HTMLInputElement;
  return isBox(field) ? String(field.checked) : field.value;
}

function resetField(element: Element): void {
  if (element instanceof HTMLSelectElement) {
    const options = [...element.options];
    for (const option of options) option.selected = option.defaultSelected;
    if (!element.multiple && !options.some((option) => option.defaultSelected))
      element.selectedIndex = options.findIndex((option) => !option.disabled);
  } else if (isTextField(element)) {
    if (element.type === "file") element.value = "";
    else if (isBox(element)) (element as HTMLInputElement).checked = (element as HTMLInputElement).defaultChecked;
    else if (!FIXED.test(element.type)) element.value = element.defaultValue;
  }
}

export class Forms {
  private readonly held = new Map<Element, Held>();

  constructor(private readonly actions: Actions) {}

  /** The action that a submission means, or null when the browser is to send the form itself. */
  actionOf(form: HTMLFormElement, submitter: Element | null): string | null {
    const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
    const button = submitter?.getAttribute("name") === ACTION_FIELD ? (submitter as Button).value : null;
    const live = form.getAttribute("lvt-submit");
    if (live) return button || live;
    const hidden = formElements(form).find((element) => element.matches(`input[type=hidden][name="${ACTION_FIELD}"]`));
    const action = button || (hidden as HTMLInputElement | undefined)?.value;
    if (!action || method.toLowerCase() !== "post") return null;
    // Only what would be posted to this page is an action of it; files need the browser.
    const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", document.baseURI);
    if (url.origin !== location.origin || url.pathname !== location.pathname) return null;
    return formElements(form).some((element) => (element as HTMLInputElement).files?.length) ? null : action;
  }

  /** Run a form's action. */
  submit(form: HTMLFormElement, submitter: Element | null, action: string): void {
    const data = formData(form, submitter);
    const sent = new Map(formElements(form).map((element) => [element, contentOf(element)]));
    const button =
      submitter ?? formElements(form).find((element) => element.matches("button:not([type]),[type=submit]"));
    const release = button ? this.holdButton(button as Button, form) : undefined;
    this.actions.run(action, data, form, (meta: Meta) => {
      release?.();
      if (!meta.success || form.hasAttribute("lvt-preserve") || !form.isConnected) return;
      for (const element of formElements(form)) {
        // What the person typed while the action was under way is not what was sent.
        if (!sent.has(element) || sent.get(element) === contentOf(element)) resetField(element);
      }
    });
  }

  /** Disable a button until the function that is returned is called. */
  holdButton(button: Button, form?: Element): () => void {
    const held = this.held.get(button) ?? {
      rendered: button.cloneNode(true) as Element,
      count: 0,
      focused: document.activeElement === button,
    };
    held.count++;
    this.held.set(button, held);
    const text = button.getAttribute("lvt-disable-with") ?? form?.getAttribute("lvt-disable-with");
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    if (text) button[button instanceof HTMLInputElement ? "value" : "textContent"] = text;
    return () => {
      if (--held.count > 0) return;
      this.held.delete(button);
      restoreButton(button, held.rendered);
      if (held.focused && button.isConnected && (document.activeElement ?? document.body) === document.body)
        button.focus({ preventScroll: true });
    };
  }

  /** While a button is held a morph leaves it alone; what it should become is kept for its release, once that is known. */
  hold(from: Element, to: Element | null): boolean {
    const held = this.held.get(from);
    if (held && to) held.rendered = to.cloneNode(true) as Element;
    return held !== undefined;
  }
}

function restoreButton(button: Button, rendered: Element): void {
  updateAttributes(button, rendered);
  if (button instanceof HTMLInputElement) button.value = (rendered as HTMLInputElement).value;
  else if (button.innerHTML !== rendered.innerHTML)
    button.replaceChildren(...document.importNode(rendered, true).childNodes);
}
