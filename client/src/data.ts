// What a form or an element holds, as the data of an action: strings, a checkbox as a bool, several fields of one
// name and multiple selects as a list of strings. Names and values go as they stand; the server knows the types.

export type Data = Record<string, string | boolean | string[]>;

/** The field that names an action of a form that is posted without this client; it is no data. */
export const ACTION_FIELD = "lvt-action";

type FieldElement = Element & { name: string; type: string; value: string; checked: boolean };

export const FIELD = "input,select,textarea";

/** Types that have no value but their attribute, or none that may be set. */
export const FIXED = /^(hidden|submit|button|reset|image|file)$/;

export function isBox({ type }: { type: string }): boolean {
  return /^(checkbox|radio)$/.test(type);
}

/** Fields that a form would send, its buttons aside. */
function isSent(element: Element): element is FieldElement {
  const field = element as FieldElement;
  return (
    element.matches(FIELD) &&
    !!field.name &&
    field.name !== ACTION_FIELD &&
    !element.matches(":disabled") &&
    (field.type === "hidden" || !FIXED.test(field.type))
  );
}

/** Add fields of one name. */
function addFields(data: Data, name: string, fields: FieldElement[]): void {
  const values: string[] = [];
  let list = fields.some((field) => field.type === "checkbox");
  if (list && fields.length === 1) {
    data[name] = (fields[0] as FieldElement).checked;
    return;
  }
  let texts = 0;
  for (const field of fields) {
    if (field instanceof HTMLSelectElement && field.multiple) {
      list = true;
      for (const option of field.selectedOptions) values.push(option.value);
    } else if (!isBox(field)) {
      texts++;
      values.push(field.value);
    } else if (field.checked) {
      values.push(field.value);
    }
  }
  if (list || texts > 1) data[name] = values;
  else if (values[0] !== undefined) data[name] = values[0];
}

/** Add what a button says. */
function addButton(data: Data, { name, value }: FieldElement): void {
  if (name && name !== ACTION_FIELD) data[name] = value;
}

function addAll(data: Data, elements: Element[]): void {
  const names = new Map<string, FieldElement[]>();
  for (const element of elements) {
    if (!isSent(element)) continue;
    const fields = names.get(element.name);
    if (fields) fields.push(element);
    else names.set(element.name, [element]);
  }
  names.forEach((fields, name) => addFields(data, name, fields));
}

/** lvt-data-NAME="value" */
function addAttributes(data: Data, element: Element): void {
  for (const { name, value } of element.attributes) if (name.startsWith("lvt-data-")) data[name.slice(9)] = value;
}

function emptyData(): Data {
  // Without a prototype, so that a field may have any name.
  return Object.create(null) as Data;
}

export function formElements(form: HTMLFormElement): Element[] {
  // A field named "elements" would hide the property.
  return [...(Reflect.get(HTMLFormElement.prototype, "elements", form) as HTMLFormControlsCollection)];
}

/** Of a form that is sent by `submitter`. */
export function formData(form: HTMLFormElement, submitter?: Element | null): Data {
  const data = emptyData();
  addAll(data, formElements(form));
  addAttributes(data, form);
  if (submitter) {
    addButton(data, submitter as FieldElement);
    addAttributes(data, submitter);
  }
  return data;
}

/** Of an element that an event happened to: a form's fields, a field's value, and what lvt-data-* says. */
export function elementData(element: Element): Data {
  if (element instanceof HTMLFormElement) return formData(element);
  const data = emptyData();
  const field = element as FieldElement;
  if (isSent(element)) {
    const form = (element as HTMLInputElement).form;
    const group =
      form && element.type !== "radio"
        ? formElements(form).filter((other) => (other as FieldElement).name === element.name)
        : [element];
    addAll(data, group);
  } else if (element.matches(FIELD) && !field.name) {
    // A field without a name outside of any form, such as a search box.
    if (field.type === "checkbox") data["value"] = field.checked;
    else if (field.type !== "file") data["value"] = field.value;
  } else if (element.nodeName === "BUTTON") {
    addButton(data, field);
  }
  addAttributes(data, element);
  return data;
}
