// Fields when the page changes. What the server says stands in the attributes, as a field's default; what the person says
// is its value. The person's stays until the server changes its default, and the text of a field in use stays anyway.

import { FIELD, FIXED, isBox } from "./data";

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** A field that is no list. */
export function isTextField(element: Element | null): element is TextField {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}

/** Set a member of a node, for setting it may do something even when nothing changes. */
export function setMember<Target, Name extends keyof Target>(target: Target, name: Name, value: Target[Name]): void {
  if (target[name] !== value) target[name] = value;
}

/** Make an element's tag like another one's; true for a field, which holds nothing else. Lists choose by `planSelect`. */
export function updateTag(from: Element, to: Element, inUse: Element | null): boolean {
  if (isTextField(from)) updateField(from, to as HTMLInputElement, from === inUse);
  else updateAttributes(from, to);
  return isTextField(from);
}

/** A ticked box or text stays that the person changed, until the server's default changes; text in use stays anyway. */
function updateField(from: TextField, to: HTMLInputElement, inUse: boolean): void {
  const { type, value, defaultValue, checked, defaultChecked } = from as HTMLInputElement;
  const isSameBox = isBox(from) && type === to.type;
  const isText = !isSameBox && !FIXED.test(type);
  updateAttributes(from, to);
  if (isSameBox)
    setMember(from as HTMLInputElement, "checked", defaultChecked === to.defaultChecked ? checked : to.checked);
  if (!isText) return;
  setMember(from, "defaultValue", to.defaultValue);
  setMember(from, "value", inUse || (defaultValue === to.defaultValue && value !== defaultValue) ? value : to.value);
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

/**
 * Before a list's options change: what is to be chosen once they have is the person's choice, as long as the server's stays
 * and the person's still exists. The result chooses. Options may have equal values: then the same one stays chosen, if it is
 * still there.
 */
export function planSelect(select: HTMLSelectElement, inUse: Element | null): () => void {
  const mine = [...select.selectedOptions].map((option) => [option, option.value] as const);
  const valuesByDefault = () => JSON.stringify(chosenByDefault(select).map((option) => option.value));
  const theirs = valuesByDefault();
  const touched = isTouched(select);
  return () => {
    const keep = select === inUse || (touched && theirs === valuesByDefault());
    const options = [...select.options];
    const still = mine.map(([option, value]) =>
      [option, ...options].find((other) => other.value === value && options.includes(other)),
    );
    const stays = keep && !still.includes(undefined);
    const wanted: (HTMLOptionElement | undefined)[] = stays ? still : initiallyChosen(select);
    if (wanted.length === 0 && !select.multiple) select.selectedIndex = -1;
    for (const option of options) setMember(option, "selected", wanted.includes(option));
  };
}
