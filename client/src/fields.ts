// Fields when the page changes. What the server says stands in the attributes, as a field's default; what the person says
// is its value. The person's stays until the server changes its default, and the text of a field in use stays anyway.

import { FIELD } from "./data";

/** Make a field like another one; false when the element is no field. The choice in a list is `planSelect`'s. */
export function updateField(from: Element, to: Element, inUse: Element | null): boolean {
  const used = from === inUse;
  if (from instanceof HTMLInputElement) updateInput(from, to as HTMLInputElement, used);
  else if (from instanceof HTMLTextAreaElement) updateTextArea(from, to as HTMLTextAreaElement, used);
  else return false;
  return true;
}

/** Does a field hold what a person has typed or chosen, and the server does not know? */
export function holdsInput(region: Element): boolean {
  return [...region.querySelectorAll<HTMLInputElement | HTMLSelectElement>(FIELD)].some((field) =>
    field instanceof HTMLSelectElement
      ? isTouched(field)
      : field.checked !== field.defaultChecked || field.value !== field.defaultValue,
  );
}

export function updateAttributes(from: Element, to: Element): void {
  // As nodes, so that names that only a parser may write, and name spaces, come along.
  for (const attribute of [...to.attributes])
    if (from.getAttribute(attribute.name) !== attribute.value) from.setAttributeNode(attribute.cloneNode() as Attr);
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
}

/** Give a text field the server's value, unless it is in use or holds text that the server knows nothing of. */
function updateText(
  from: HTMLInputElement | HTMLTextAreaElement,
  to: typeof from,
  inUse: boolean,
  update: () => void,
): void {
  const typed = from.value;
  const keep = inUse || (from.defaultValue === to.defaultValue && typed !== from.defaultValue);
  update();
  const wanted = keep ? typed : to.value;
  if (from.value !== wanted) from.value = wanted;
}

/** Types that have no value but their attribute, or none that may be set. */
const FIXED = /^(hidden|submit|button|reset|image|file)$/;

function updateInput(from: HTMLInputElement, to: HTMLInputElement, inUse: boolean): void {
  if (FIXED.test(from.type)) {
    updateAttributes(from, to);
  } else if (/^(checkbox|radio)$/.test(from.type) && from.type === to.type) {
    const checked = from.defaultChecked === to.defaultChecked ? from.checked : to.checked;
    updateAttributes(from, to);
    if (from.checked !== checked) from.checked = checked;
  } else {
    updateText(from, to, inUse, () => updateAttributes(from, to));
  }
}

function updateTextArea(from: HTMLTextAreaElement, to: HTMLTextAreaElement, inUse: boolean): void {
  updateText(from, to, inUse, () => {
    updateAttributes(from, to);
    if (from.defaultValue !== to.defaultValue) from.defaultValue = to.defaultValue;
  });
}

function chosenByDefault(select: HTMLSelectElement): HTMLOptionElement[] {
  return [...select.options].filter((option) => option.defaultSelected);
}

/** What a list box shows when nobody has chosen anything. */
function initiallyChosen(select: HTMLSelectElement): HTMLOptionElement[] {
  const theirs = chosenByDefault(select);
  if (select.multiple) return theirs;
  const first = select.size > 1 ? undefined : [...select.options].find((option) => !option.disabled);
  return theirs.length ? theirs.slice(-1) : first ? [first] : [];
}

/** Has the person chosen something else than stood there? */
function isTouched(select: HTMLSelectElement): boolean {
  const mine = [...select.selectedOptions];
  const initially = initiallyChosen(select);
  return mine.length !== initially.length || mine.some((option) => !initially.includes(option));
}

function valuesOf(options: HTMLOptionElement[]): string[] {
  return options.map((option) => option.value);
}

/**
 * Before a list's options change: what is to be chosen once they have is the person's choice, as long as the server's stays
 * and the person's still exists. The result chooses. Options may have equal values: then the same one stays chosen, if it is
 * still there.
 */
export function planSelect(select: HTMLSelectElement, inUse: Element | null): () => void {
  const mine = [...select.selectedOptions];
  const values = valuesOf(mine);
  const theirs = JSON.stringify(valuesOf(chosenByDefault(select)));
  const touched = isTouched(select);
  return () => {
    const keep = select === inUse || (touched && theirs === JSON.stringify(valuesOf(chosenByDefault(select))));
    const options = [...select.options];
    const still = mine.map((option, i) =>
      [option, ...options].find((other) => other.value === values[i] && options.includes(other)),
    );
    const stays = keep && !still.includes(undefined);
    const wanted: (HTMLOptionElement | undefined)[] = stays ? still : initiallyChosen(select);
    if (wanted.length === 0 && !select.multiple) select.selectedIndex = -1;
    for (const option of options) {
      const selected = wanted.includes(option);
      if (option.selected !== selected) option.selected = selected;
    }
  };
}
