import { beforeEach, describe, expect, test, vi } from "vitest";
import { Actions, type ActionMessage, type Meta } from "../src/actions";
import { elementData, formData } from "../src/data";
import { Events } from "../src/events";
import { Forms } from "../src/forms";
import { Morpher } from "../src/morph";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

let region: HTMLElement;
let sent: ActionMessage[];
let heard: string[];
let actions: Actions;
let morpher: Morpher;

function serve(html: string): void {
  document.body.innerHTML = `<div data-lvt-id="x">${html}</div>`;
  region = document.body.firstElementChild as HTMLElement;
  sent = [];
  heard = [];
  actions = new Actions(
    region,
    (message) => sent.push(message),
    () => () => undefined,
  );
  const forms = new Forms(actions);
  morpher = new Morpher(region, null, (from, to) => forms.hold(from, to));
  new Events(region, actions, forms, () => false).listen();
  for (const name of ["pending", "done", "success", "error"])
    region.addEventListener(`lvt:${name}`, (event) =>
      heard.push(`${name} ${(event.target as Element).id} ${JSON.stringify((event as CustomEvent).detail)}`),
    );
}

function find<T extends Element = HTMLInputElement>(selector: string): T {
  return region.querySelector<T>(selector) as T;
}

function submit(selector = "form", submitter?: string): boolean {
  const event = new SubmitEvent("submit", {
    bubbles: true,
    cancelable: true,
    submitter: submitter ? find<HTMLElement>(submitter) : null,
  });
  find(selector).dispatchEvent(event);
  return event.defaultPrevented;
}

const answer = (id: number, success = true, errors: Meta["errors"] = {}) =>
  actions.settle({ action: "add", id, success, errors });

beforeEach(() => vi.useFakeTimers());

describe("data of a form", () => {
  const table: [string, string, Record<string, unknown>][] = [
    [
      "text as it stands",
      '<input name="a" value=" 007 "><input name="b" value="1.50"><input name="c" value="true">',
      { a: " 007 ", b: "1.50", c: "true" },
    ],
    [
      "passwords and hidden fields",
      '<input type="password" name="p" value="12"><input type="hidden" name="h" value="x">',
      { p: "12", h: "x" },
    ],
    ["a text area", "<textarea name=t>x\ny</textarea>", { t: "x\ny" }],
    ["a list", "<select name=s><option>a<option value=1 selected>b</select>", { s: "1" }],
    [
      "a list of several",
      "<select name=s multiple><option selected>a<option>b<option selected>c</select>",
      { s: ["a", "c"] },
    ],
    [
      "a box",
      '<input type="checkbox" name="on" checked><input type="checkbox" name="off" value="v">',
      { on: true, off: false },
    ],
    [
      "several boxes of one name",
      '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2"><input type="checkbox" name="c" value="3" checked>',
      { c: ["1", "3"] },
    ],
    [
      "several boxes, none ticked",
      '<input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2">',
      { c: [] },
    ],
    [
      "radio buttons",
      '<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>',
      { r: "2" },
    ],
    ["radio buttons, none chosen", '<input type="radio" name="r" value="1">', {}],
    ["several fields of one name", '<input name="a" value="1"><input name="a" value="2">', { a: ["1", "2"] }],
    [
      "neither what is disabled",
      '<input name="a" disabled value="1"><fieldset disabled><input name="b"></fieldset>',
      {},
    ],
    ["nor what has no name", '<input value="1">', {}],
    [
      "nor buttons and files",
      '<button name="b" value="1"></button><input type="submit" name="s" value="1"><input type="file" name="f"><output name="o">x</output>',
      {},
    ],
    ["nor the action", '<input type="hidden" name="lvt-action" value="add"><input name="a" value="1">', { a: "1" }],
    [
      "fields with the names of properties",
      '<input name="elements" value="1"><input name="action" value="2"><input name="__proto__" value="3">',
      JSON.parse('{"elements":"1","action":"2","__proto__":"3"}') as Record<string, unknown>,
    ],
  ];
  test.each(table)("%s", (_, fields, want) => {
    serve(`<form>${fields}</form>`);
    expect(JSON.stringify(formData(find<HTMLFormElement>("form")))).toBe(JSON.stringify(want));
  });

  test("fields that belong to it from elsewhere, attributes, and the button that sent it", () => {
    serve(
      '<form id="f" lvt-data-id="7" lvt-data-a="form"></form><input form="f" name="x" value="1"><button form="f" name="b" value="2" lvt-data-a="button"></button>',
    );
    expect({ ...formData(find<HTMLFormElement>("form"), find("button")) }).toEqual({
      x: "1",
      id: "7",
      b: "2",
      a: "button",
    });
  });
});

describe("data of an element", () => {
  const table: [string, string, Record<string, unknown>][] = [
    ["attributes", '<b id="e" lvt-data-id="7" lvt-data-long-name="x" data-id="8">', { id: "7", "long-name": "x" }],
    ["a field", '<form><input id="e" name="a" value="1"><input name="b"></form>', { a: "1" }],
    ["a box", '<input id="e" type="checkbox" name="a" checked>', { a: true }],
    [
      "one of several boxes",
      '<form><input id="e" type="checkbox" name="a" value="1" checked><input type="checkbox" name="a" value="2" checked></form>',
      { a: ["1", "2"] },
    ],
    [
      "a radio button",
      '<form><input id="e" type="radio" name="a" value="1" checked><input type="radio" name="a" value="2"></form>',
      { a: "1" },
    ],
    ["a field without a name", '<input id="e" value="q">', { value: "q" }],
    ["a button", '<button id="e" name="a" value="1">', { a: "1" }],
    ["a button without a name", '<button id="e" value="1">', {}],
    ["a form", '<form id="e"><input name="a" value="1"></form>', { a: "1" }],
  ];
  test.each(table)("%s", (_, html, want) => {
    serve(html);
    expect({ ...elementData(find("#e")) }).toEqual(want);
  });
});

describe("what a submission means", () => {
  const table: [string, string, string | undefined, string | null][] = [
    ["lvt-submit", '<form lvt-submit="add"></form>', undefined, "add"],
    [
      "a button's action before the form's",
      '<form lvt-submit="add"><button name="lvt-action" value="delete"></form>',
      "button",
      "delete",
    ],
    [
      "a form that is posted, by its button",
      '<form method="post"><button name="lvt-action" value="add"></form>',
      "button",
      "add",
    ],
    [
      "by a hidden field",
      '<form method="POST"><input type="hidden" name="lvt-action" value="add"></form>',
      undefined,
      "add",
    ],
    [
      "by another button than the action's",
      '<form method="post"><button name="lvt-action" value="add"></button><button id="b">',
      "#b",
      null,
    ],
    [
      "a form that is posted to this page by name",
      '<form method="post" action="?x=1"><button name="lvt-action" value="add"></form>',
      "button",
      "add",
    ],
    [
      "to another page",
      '<form method="post" action="/login"><button name="lvt-action" value="add"></form>',
      "button",
      null,
    ],
    [
      "to another page by its button",
      '<form method="post"><button name="lvt-action" value="add" formaction="/login"></form>',
      "button",
      null,
    ],
    ["a form that is posted without an action", '<form method="post"><button></form>', "button", null],
    ["a search", '<form><button name="lvt-action" value="add"></form>', "button", null],
  ];
  test.each(table)("%s", (_, html, button, action) => {
    serve(html);
    expect(submit("form", button)).toBe(action !== null);
    expect(sent.map((message) => message.action)).toEqual(action === null ? [] : [action]);
  });

  test("a form with a chosen file is left to the browser", () => {
    serve('<form method="post"><input type="file" name="f"><button name="lvt-action" value="add"></form>');
    Object.defineProperty(find("input"), "files", { value: [new File([], "x")] });
    expect(submit("form", "button")).toBe(false);
  });

  test("a dialog's form closes it as well", () => {
    serve('<form method="dialog" lvt-submit="add"></form>');
    expect(submit()).toBe(false);
    expect(sent).toHaveLength(1);
  });

  test("a refused question stops everything, an accepted one nothing", () => {
    const confirm = vi.spyOn(window, "confirm").mockReturnValueOnce(false).mockReturnValueOnce(true);
    serve('<form lvt-submit="add" lvt-confirm="Sure?"></form>');
    expect(submit()).toBe(true);
    expect(sent).toEqual([]);
    submit();
    expect(sent).toHaveLength(1);
    expect(confirm.mock.calls).toEqual([["Sure?"], ["Sure?"]]);
    confirm.mockRestore();
  });

  test("a form outside of the region is none of ours", () => {
    serve("");
    document.body.insertAdjacentHTML("beforeend", '<form lvt-submit="add"></form>');
    const event = new SubmitEvent("submit", { bubbles: true, cancelable: true });
    document.body.querySelector("form")?.dispatchEvent(event);
    expect([event.defaultPrevented, sent.length]).toEqual([false, 0]);
  });
});

describe("the life of an action", () => {
  const form = '<form id="f" lvt-submit="add"><input name="a" value=""><button>Add</button></form>';

  test("success", () => {
    serve(form);
    find("input").value = "x";
    submit();
    expect(heard).toEqual(['pending f {"action":"add","data":{"a":"x"}}']);
    expect([find<HTMLButtonElement>("button").disabled, find("button").getAttribute("aria-busy")]).toEqual([
      true,
      "true",
    ]);
    answer(1);
    expect(heard.slice(1).map((line) => line.split(" ")[0])).toEqual(["done", "success"]);
    expect(heard[2]).toContain('"success":true');
    expect([
      find<HTMLButtonElement>("button").disabled,
      find("button").hasAttribute("aria-busy"),
      find("input").value,
    ]).toEqual([false, false, ""]);
  });

  test("an error keeps what was typed", () => {
    serve(form);
    find("input").value = "x";
    submit();
    answer(1, false, { a: "too short" });
    expect(heard[2]).toBe('error f {"action":"add","id":1,"success":false,"errors":{"a":"too short"}}');
    expect([find<HTMLButtonElement>("button").disabled, find("input").value]).toEqual([false, "x"]);
  });

  test("several at once, answered in any order, each to its own form", () => {
    serve('<form id="f" lvt-submit="add"></form><form id="g" lvt-submit="add"></form>');
    submit("#f");
    submit("#g");
    answer(2);
    answer(1, false);
    expect(heard.map((line) => line.slice(0, 9))).toEqual([
      "pending f",
      "pending g",
      'done g {"',
      "success g",
      'done f {"',
      "error f {",
    ]);
  });

  test("a message that answers nothing ends nothing", () => {
    serve(form);
    submit();
    actions.settle({ action: "add", success: true, errors: {} });
    answer(99);
    expect(heard).toHaveLength(1);
  });

  test("a reply that comes twice counts once", () => {
    serve(form);
    submit();
    answer(1);
    answer(1);
    expect(heard).toHaveLength(3);
  });

  test("a lost connection releases the form with an error", () => {
    serve(form);
    submit();
    actions.fail([1], "lost");
    expect(heard[2]).toBe('error f {"action":"add","id":1,"success":false,"errors":{"_general":"lost"}}');
    expect(find<HTMLButtonElement>("button").disabled).toBe(false);
  });

  test("a form that was removed meanwhile does no harm", () => {
    serve(form);
    submit();
    morpher.update("");
    answer(1);
    expect(heard.slice(1).map((line) => line.split(" {")[0])).toEqual(["done ", "success "]);
  });

  test("lvt-preserve keeps the fields", () => {
    serve(form.replace("<form", "<form lvt-preserve"));
    find("input").value = "x";
    submit();
    answer(1);
    expect(find("input").value).toBe("x");
  });

  test("fields return to what the server shows after the action", () => {
    serve(
      '<form lvt-submit="add"><input name="a" value="old"><input type="checkbox" name="b"><select name="c"><option>1<option>2</select><textarea name="d">t</textarea></form>',
    );
    find("input").value = "x";
    find("input").focus();
    find("[name=b]").checked = true;
    find<HTMLSelectElement>("select").value = "2";
    find<HTMLTextAreaElement>("textarea").value = "typed";
    submit();
    morpher.update(
      '<form lvt-submit="add"><input name="a" value="new"><input type="checkbox" name="b"><select name="c"><option>1<option>2</select><textarea name="d">t</textarea></form>',
    );
    answer(1);
    expect({ ...formData(find<HTMLFormElement>("form")) }).toEqual({ a: "new", b: false, c: "1", d: "t" });
  });

  test("what was typed after sending stays", () => {
    serve('<form lvt-submit="add"><input name="a"><input name="b"></form>');
    find("[name=a]").value = "sent";
    find("[name=b]").value = "sent";
    submit();
    find("[name=b]").value = "next";
    answer(1);
    expect([find("[name=a]").value, find("[name=b]").value]).toEqual(["", "next"]);
  });
});

describe("a button while its action is under way", () => {
  test("shows what lvt-disable-with says, through updates of others, then what the server wants", () => {
    serve('<form lvt-submit="add"><button class="a" lvt-disable-with="Saving">Save <b>it</b></button></form><p>1</p>');
    const button = find<HTMLButtonElement>("button");
    submit();
    expect([button.textContent, button.disabled]).toEqual(["Saving", true]);
    morpher.update(
      '<form lvt-submit="add"><button class="b" lvt-disable-with="Saving">Save <b>more</b></button></form><p>2</p>',
    );
    expect([button.textContent, button.disabled, find("p").textContent]).toEqual(["Saving", true, "2"]);
    answer(1);
    expect(button.outerHTML).toBe('<button class="b" lvt-disable-with="Saving">Save <b>more</b></button>');
  });

  test("stays disabled when the server says so", () => {
    serve('<form lvt-submit="add"><button>Save</button></form>');
    submit();
    morpher.update('<form lvt-submit="add"><button disabled>Save</button></form>');
    answer(1);
    expect(find<HTMLButtonElement>("button").disabled).toBe(true);
  });

  test("is the one that was pressed, and gets the focus back", () => {
    serve(
      '<form lvt-submit="add"><button id="a">A</button><input type="submit" id="b" value="B" lvt-disable-with="..."></form>',
    );
    find("#b").focus();
    submit("form", "#b");
    expect([find<HTMLButtonElement>("#a").disabled, find("#b").disabled, find("#b").value]).toEqual([
      false,
      true,
      "...",
    ]);
    find("#b").blur();
    answer(1);
    expect([document.activeElement, find("#b").value]).toEqual([find("#b"), "B"]);
  });

  test("waits for all actions that it started", () => {
    serve('<form lvt-submit="add"><button>Save</button></form>');
    submit();
    submit();
    answer(1);
    expect(find<HTMLButtonElement>("button").disabled).toBe(true);
    answer(2);
    expect(find<HTMLButtonElement>("button").disabled).toBe(false);
  });

  test("of lvt-click with lvt-disable-with", () => {
    serve('<button lvt-click="go" lvt-disable-with="...">Go</button>');
    find<HTMLButtonElement>("button").click();
    expect([find("button").textContent, find<HTMLButtonElement>("button").disabled]).toEqual(["...", true]);
    answer(1);
    expect(find("button").outerHTML).toBe('<button lvt-click="go" lvt-disable-with="...">Go</button>');
  });
});
