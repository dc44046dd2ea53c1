import { beforeEach, describe, expect, test, vi } from "vitest";
import { Actions } from "../src/actions";
import { Events } from "../src/events";
import { Forms } from "../src/forms";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

let region: HTMLElement;
let sent: string[];
let silent: boolean;

function serve(html: string): void {
  document.body.innerHTML = `<a id="outside" lvt-click="outside"></a><div data-lvt-id="x">${html}</div>`;
  region = document.body.lastElementChild as HTMLElement;
  sent = [];
  silent = false;
  const actions = new Actions(
    region,
    ({ action, data }) => sent.push(`${action} ${JSON.stringify(data)}`),
    () => () => undefined,
  );
  new Events(region, actions, new Forms(actions), () => silent).listen();
}

const find = (selector: string) => document.querySelector(selector) as HTMLElement;

function fire(selector: string, event: Event): Event {
  find(selector).dispatchEvent(event);
  return event;
}

const click = (selector: string, init: MouseEventInit = {}) =>
  fire(selector, new MouseEvent("click", { bubbles: true, cancelable: true, ...init }));
const key = (name: string, type = "keydown", init: KeyboardEventInit = {}) =>
  new KeyboardEvent(type, { key: name, bubbles: true, ...init });

beforeEach(() => {
  vi.useFakeTimers();
});

describe("each kind of event is an action", () => {
  const table: [string, string, Event, string[]][] = [
    ["click", '<p id="e" lvt-click="a" lvt-data-id="7">', new MouseEvent("click", { bubbles: true }), ['a {"id":"7"}']],
    [
      "change",
      '<input id="e" lvt-change="a" name="n" value="v">',
      new Event("change", { bubbles: true }),
      ['a {"n":"v"}'],
    ],
    [
      "input",
      '<input id="e" lvt-input="a" name="n" value="v">',
      new Event("input", { bubbles: true }),
      ['a {"n":"v"}'],
    ],
    ["keydown", '<input id="e" lvt-keydown="a">', key("x"), ['a {"value":""}']],
    ["keyup", '<input id="e" lvt-keyup="a">', key("x", "keyup"), ['a {"value":""}']],
    ["focus", '<input id="e" lvt-focus="a" name="n">', new FocusEvent("focus"), ['a {"n":""}']],
    ["blur", '<input id="e" lvt-blur="a" name="n">', new FocusEvent("blur"), ['a {"n":""}']],
    ["mouseenter", '<p id="e" lvt-mouseenter="a">', new MouseEvent("mouseenter"), ["a {}"]],
    ["mouseleave", '<p id="e" lvt-mouseleave="a">', new MouseEvent("mouseleave"), ["a {}"]],
    [
      "the nearest ancestor wins",
      '<p lvt-click="far"><b lvt-click="near"><i id="e">',
      new MouseEvent("click", { bubbles: true }),
      ["near {}"],
    ],
    ["an empty attribute is none", '<p id="e" lvt-click="">', new MouseEvent("click", { bubbles: true }), []],
    [
      "a mouse that enters a child has not entered the parent again",
      '<p lvt-mouseenter="a"><b id="e">',
      new MouseEvent("mouseenter"),
      [],
    ],
    [
      "a form's lvt-change hears its fields once",
      '<form lvt-change="a"><input id="e" name="n" value="v"></form>',
      new Event("change", { bubbles: true }),
      ['a {"n":"v"}'],
    ],
    [
      "but not their input events",
      '<form lvt-change="a"><input id="e" name="n"></form>',
      new Event("input", { bubbles: true }),
      [],
    ],
    [
      "a field's own attribute is nearer than the form's",
      '<form lvt-change="a"><input id="e" name="n" lvt-change="b"><input name="m"></form>',
      new Event("change", { bubbles: true }),
      ['b {"n":""}'],
    ],
  ];
  test.each(table)("%s", (_, html, event, want) => {
    serve(html);
    fire("#e", event);
    expect(sent).toEqual(want);
  });

  test("outside of the region nothing is", () => {
    serve("");
    click("#outside");
    expect(sent).toEqual([]);
  });

  test("the client's own work is none", () => {
    serve('<input id="e" lvt-blur="a">');
    silent = true;
    fire("#e", new FocusEvent("blur"));
    expect(sent).toEqual([]);
  });

  test("an element that its own handler removes does no harm", () => {
    serve('<p lvt-click="a" lvt-click-away="b"><b id="e">x</b></p>');
    find("#e").addEventListener("click", () => (region.innerHTML = ""));
    click("#e");
    expect(sent).toEqual([]);
  });
});

describe("clicks and what the browser would do", () => {
  const table: [string, string, boolean, number][] = [
    ["on a link", '<a id="e" href="/x" lvt-click="a">', true, 1],
    ["inside a link", '<a href="/x"><b id="e" lvt-click="a">', true, 1],
    ["on a link inside", '<p lvt-click="a"><a id="e" href="/x">', true, 1],
    ["on a form's button", '<form><button id="e" lvt-click="a"></form>', true, 1],
    ["inside a form's button", '<form><button><b id="e" lvt-click="a"></form>', true, 1],
    ["on a box", '<input id="e" type="checkbox" lvt-click="a">', false, 1],
    ["on anything else", '<p id="e" lvt-click="a">', false, 1],
    ["on a link without lvt-click", '<a id="e" href="/x">', false, 0],
  ];
  test.each(table)("%s", (_, html, prevented, count) => {
    serve(html);
    const event = new MouseEvent("click", { bubbles: true, cancelable: true });
    // jsdom would complain that it cannot navigate.
    window.addEventListener("click", () => event.preventDefault, { once: true });
    let before = false;
    window.addEventListener("click", (heard) => ((before = heard.defaultPrevented), heard.preventDefault()), {
      once: true,
    });
    find("#e").dispatchEvent(event);
    expect([before, sent.length]).toEqual([prevented, count]);
  });

  test.each(["ctrlKey", "metaKey", "shiftKey", "altKey"])("with %s a link is left to the browser", (modifier) => {
    serve('<a id="e" href="#x" lvt-click="a">');
    expect(click("#e", { [modifier]: true }).defaultPrevented).toBe(false);
    expect(sent).toEqual([]);
  });

  test("lvt-confirm", () => {
    const confirm = vi.spyOn(window, "confirm").mockReturnValueOnce(false).mockReturnValueOnce(true);
    serve('<a id="e" href="#" lvt-click="a" lvt-confirm="Sure?">');
    expect(click("#e").defaultPrevented).toBe(true);
    expect(sent).toEqual([]);
    click("#e");
    expect(sent).toEqual(["a {}"]);
    expect(confirm).toHaveBeenCalledTimes(2);
    confirm.mockRestore();
  });
});

describe("lvt-click-away", () => {
  beforeEach(() => serve('<p lvt-click-away="close" lvt-data-id="1"><b id="in">x</b></p><i id="out">y</i>'));

  test("hears clicks elsewhere, in the region and out of it", () => {
    click("#out");
    click("#outside");
    expect(sent).toEqual(['close {"id":"1"}', 'close {"id":"1"}']);
  });

  test("and none inside", () => {
    click("#in");
    expect(sent).toEqual([]);
  });
});

describe("lvt-key", () => {
  const table: [string, string, KeyboardEventInit, boolean][] = [
    ["Enter", "Enter", {}, true],
    ["Enter", "Escape", {}, false],
    ["Enter,Escape", "Escape", {}, true],
    ["Enter Escape", "Escape", {}, true],
    ["Enter, Escape", "Escape", {}, true],
    ["enter", "Enter", {}, true],
    ["Space", " ", {}, true],
    ["Comma", ",", {}, true],
    ["a", "A", {}, true],
    ["Enter", "Enter", { isComposing: true }, false],
    ["", "x", {}, true],
  ];
  test.each(table)("%j and %j %j", (filter, name, init, passes) => {
    serve(`<input id="e" lvt-keydown="a" name="n" lvt-key="${filter}">`);
    fire("#e", key(name, "keydown", init));
    expect(sent.length).toBe(passes ? 1 : 0);
  });

  test("key events without a key, as browsers send that fill in forms", () => {
    serve('<input id="e" lvt-keydown="a">');
    fire("#e", new Event("keydown", { bubbles: true }));
    expect(sent).toEqual([]);
  });
});

describe("lvt-window-*", () => {
  test("keys from anywhere", () => {
    serve('<p lvt-window-keydown="a" lvt-key="Escape" lvt-data-id="1"></p><p lvt-window-keydown="b" lvt-key="x"></p>');
    document.body.dispatchEvent(key("Escape"));
    expect(sent).toEqual(['a {"id":"1"}']);
  });

  test.each(["scroll", "resize", "focus", "blur", "online", "offline", "keyup"])("%s", (type) => {
    serve(`<p lvt-window-${type}="a"></p>`);
    window.dispatchEvent(type === "keyup" ? key("x", type) : new Event(type));
    expect(sent).toEqual(["a {}"]);
  });
});

describe("lvt-debounce", () => {
  const type = (value: string) => {
    (find("#e") as HTMLInputElement).value = value;
    fire("#e", new Event("input", { bubbles: true }));
  };
  beforeEach(() => serve('<form lvt-submit="save"><input id="e" name="n" lvt-input="a" lvt-debounce="100"></form>'));

  test("sends the last value once it is quiet", () => {
    type("1");
    vi.advanceTimersByTime(99);
    type("2");
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual(['a {"n":"2"}']);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
  });

  test("sends at once when the field is left", () => {
    type("1");
    fire("#e", new FocusEvent("blur"));
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual(['a {"n":"1"}']);
  });

  test("says nothing after the form has said it", () => {
    type("1");
    fire("form", new SubmitEvent("submit", { bubbles: true, cancelable: true }));
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual(['save {"n":"1"}']);
  });

  test("loses nothing when the field is removed", () => {
    type("1");
    region.innerHTML = "";
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual(['a {"n":"1"}']);
  });
});

describe("lvt-throttle", () => {
  const type = (value: string) => {
    (find("#e") as HTMLInputElement).value = value;
    fire("#e", new Event("input", { bubbles: true }));
  };

  test("sends the first at once, then one an interval, and the last one always", () => {
    serve('<input id="e" name="n" lvt-input="a" lvt-throttle="100">');
    type("1");
    type("2");
    type("3");
    expect(sent).toEqual(['a {"n":"1"}']);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual(['a {"n":"1"}', 'a {"n":"3"}']);
    type("4");
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(sent.slice(2)).toEqual(['a {"n":"4"}']);
    vi.advanceTimersByTime(1000);
    type("5");
    expect(sent.slice(3)).toEqual(['a {"n":"5"}']);
  });

  test("wins over lvt-debounce", () => {
    serve('<input id="e" name="n" lvt-input="a" lvt-throttle="100" lvt-debounce="100">');
    type("1");
    expect(sent).toHaveLength(1);
  });
});
