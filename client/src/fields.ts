// Fields when the page changes. What the server says stands in the attributes, as a field's default; what the person says
// is its value. The person's stays until the server changes its default, and the text of a field in use stays anyway.

/**
 * Make a field like another one. True when that is all, a function when it is to be called after the element's children
 * have been made alike, false when the element is no field.
 */
export function updateField(from: Element, to: Element, inUse: Element | null): boolean | (() => void) {
  const used = from === inUse;
  if (from instanceof HTMLSelectElement) return planSelect(from, to as HTMLSelectElement, used);
  if (from instanceof HTMLInputElement) updateInput(from, to as HTMLInputElement, used);
  else if (from instanceof HTMLTextAreaElement) updateTextArea(from, to as HTMLTextAreaElement, used);
  else if (from instanceof HTMLOptionElement) updateOption(from, to as HTMLOptionElement);
  else return false;
  return true;
}

function updateAttributes(from: Element, to: Element): void {
  for (const { name, value } of [...to.attributes])
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
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
function planSelect(from: HTMLSelectElement, to: HTMLSelectElement, inUse: boolean): () => void {
  const mine = chosen(from);
  const theirs = chosen(to);
  const touched = !same(mine, initiallyChosen(from));
  const keep = inUse || (touched && same(chosenByDefault(from), chosenByDefault(to)));
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
