import { beforeEach, describe, expect, test, vi } from "vitest";
import { Morpher } from "../src/morph";

let region: HTMLElement;
let morpher: Morpher;

function serve(html: string, held: (from: Element, to: Element | null) => boolean = () => false): void {
  document.body.innerHTML = `<div data-lvt-id="x">${html}</div>`;
  region = document.body.firstElementChild as HTMLElement;
  morpher = new Morpher(region, null, held);
}

function find<T extends Element = HTMLInputElement>(selector: string): T {
  const element = region.querySelector<T>(selector);
  if (!element) throw new Error(`no ${selector} in ${region.innerHTML}`);
  return element;
}

/** As innerHTML writes it. */
function written(html: string): string {
  return html.replace(`'"a"'`, '"&quot;a&quot;"');
}

describe("the page becomes what the server says", () => {
  const table: [string, string, string][] = [
    ["text", "<p>a</p>", "<p>b</p>"],
    ["attributes come, change and go", '<p class="a" title="t">x</p>', '<p class="b" lang="en">x</p>'],
    ["other elements", "<p>a</p>", "<h1>a</h1><ul><li>b</li></ul>"],
    ["nothing", "<p>a</p>", ""],
    ["something", "", "text <b>and</b> more"],
    ["rows appended", '<ul><li data-key="1">1</li></ul>', '<ul><li data-key="1">1</li><li data-key="2">2</li></ul>'],
    [
      "rows in reverse",
      '<ul><li data-key="1">1</li><li data-key="2">2</li><li data-key="3">3</li></ul>',
      '<ul><li data-key="3">3</li><li data-key="2">2</li><li data-key="1">1</li></ul>',
    ],
    [
      "a table's rows",
      '<table><tbody><tr data-key="1"><td>1</td></tr></tbody></table>',
      '<table><tbody><tr data-key="2"><td>2</td></tr><tr data-key="1"><td>1</td></tr></tbody></table>',
    ],
    [
      "the same keys in two lists",
      '<ul><li data-key="1">a</li><li data-key="2">b</li></ul><ol><li data-key="1">c</li><li data-key="2">d</li></ol>',
      '<ul><li data-key="2">b</li></ul><ol><li data-key="2">d</li><li data-key="1">c!</li></ol>',
    ],
    [
      "one key twice in a list",
      '<ul><li data-key="1">a</li><li data-key="1">b</li><li data-key="2">c</li></ul>',
      '<ul><li data-key="2">c</li><li data-key="1">b</li><li data-key="1">a</li></ul>',
    ],
    ["one id twice", '<p id="a">1</p><p id="a">2</p>', '<p id="a">2</p><p id="a">1</p><p id="a">3</p>'],
    [
      "a key whose element changes its tag",
      '<p data-key="1">a</p><p data-key="2">b</p>',
      '<h2 data-key="2">b</h2><p data-key="1">a</p>',
    ],
    [
      "items with several elements",
      '<dl><dt data-key="1">a</dt><dd>1</dd><dt data-key="2">b</dt><dd>2</dd></dl>',
      '<dl><dt data-key="2">b</dt><dd>2</dd><dt data-key="1">a</dt><dd>1</dd></dl>',
    ],
    [
      "siblings of the items stay",
      '<ul><li>head</li><li data-key="1">1</li><li>foot</li></ul>',
      '<ul><li>head</li><li data-key="1">1</li><li data-key="2">2</li><li>foot</li></ul>',
    ],
    ["a key with quotes in it", `<p data-key='"a"'>1</p>`, `<p data-key='"a"'>2</p><p data-key="']">3</p>`],
    [
      "svg",
      '<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
      '<svg viewBox="0 0 2 2"><path d="M1 1"></path><g></g></svg>',
    ],
    [
      "a card that changes its list",
      '<ul id="a"><li data-key="1">x</li></ul><ul id="b"></ul>',
      '<ul id="a"></ul><ul id="b"><li data-key="1">x</li></ul>',
    ],
    ["comments", "<!--a--><p>1</p>", "<!--b--><p>1</p>"],
  ];
  test.each(table)("%s", (_, before, after) => {
    serve(before);
    morpher.update(after);
    expect(region.innerHTML).toBe(written(after));
    morpher.update(before);
    expect(region.innerHTML).toBe(written(before));
  });

  test("the region's own attributes stay", () => {
    serve("a");
    region.setAttribute("data-lvt-status", "connected");
    morpher.update("b");
    expect(region.getAttribute("data-lvt-status")).toBe("connected");
  });
});

describe("elements stay the same nodes", () => {
  const rows = (...keys: string[]) => `<ul>${keys.map((key) => `<li data-key="${key}">${key}</li>`).join("")}</ul>`;
  const orders: string[][] = [
    ["3", "2", "1"],
    ["2", "3", "1"],
    ["3", "1", "2"],
    ["0", "1", "2", "3"],
    ["1", "x", "3"],
    ["3", "9", "1", "8"],
  ];
  test.each(orders.map((order) => [order.join(" "), order] as const))("rows 1 2 3 become %s", (_, order) => {
    serve(rows("1", "2", "3"));
    const before = new Map([...region.querySelectorAll("li")].map((row) => [row.textContent, row]));
    morpher.update(rows(...order));
    const now = [...region.querySelectorAll("li")];
    expect(now.map((row) => row.textContent)).toEqual(order);
    for (const row of now) if (before.has(row.textContent)) expect(row).toBe(before.get(row.textContent));
  });

  test("a card that changes its list", () => {
    serve('<ul id="a"><li data-key="1"><input></li></ul><ul id="b"></ul>');
    const card = find("li");
    find("input").value = "typed";
    morpher.update('<ul id="a"></ul><ul id="b"><li data-key="1"><input></li></ul>');
    expect(find("#b li")).toBe(card);
    expect(find("input").value).toBe("typed");
  });

  test("rows of two lists with the same keys", () => {
    serve('<ul><li data-key="1">a</li></ul><ol><li data-key="1">b</li><li data-key="2">c</li></ol>');
    const second = find('ol [data-key="1"]');
    morpher.update('<ul></ul><ol><li data-key="2">c</li><li data-key="1">b</li></ol>');
    expect(find('ol [data-key="1"]')).toBe(second);
  });

  test("elements before which one is inserted by id", () => {
    serve('<p id="b">b</p>');
    const b = find("#b");
    morpher.update('<p id="a">a</p><p id="b">b</p>');
    expect(find("#b")).toBe(b);
  });
});

describe("text fields", () => {
  const fields: [string, (value: string) => string][] = [
    ["input", (value) => `<input name="f" value="${value}">`],
    ["textarea", (value) => `<textarea name="f">${value}</textarea>`],
  ];
  describe.each(fields)("%s", (_, field) => {
    const input = () => find("[name=f]");

    test("typed text stays while the server says the same", () => {
      serve(`<p>1</p>${field("")}`);
      input().value = "typed";
      morpher.update(`<p>2</p>${field("")}`);
      expect(input().value).toBe("typed");
      morpher.update(`<p>3</p>${field("").replace("name", 'class="c" name')}`);
      expect(input().value).toBe("typed");
      expect(input().defaultValue).toBe("");
    });

    test("a value that the server changes is shown", () => {
      serve(field("a"));
      input().value = "typed";
      morpher.update(field("b"));
      expect(input().value).toBe("b");
      expect(input().defaultValue).toBe("b");
    });

    test("an untouched field follows the server", () => {
      serve(field("a"));
      morpher.update(field("b"));
      expect(input().value).toBe("b");
      morpher.update(field("c"));
      expect(input().value).toBe("c");
    });

    test("the field in use keeps its text and selection, whatever the server says", () => {
      serve(`<p>1</p>${field("a")}`);
      const element = input();
      element.focus();
      element.value = "typed";
      element.setSelectionRange(1, 3);
      morpher.update(`<p>2</p>${field("server")}`);
      expect([document.activeElement, element.value, element.selectionStart, element.selectionEnd]).toEqual([
        element,
        "typed",
        1,
        3,
      ]);
      expect(element.defaultValue).toBe("server");
    });

    test("also when nothing has been typed yet", () => {
      serve(field("a"));
      input().focus();
      morpher.update(field("b"));
      expect(input().value).toBe("a");
    });

    test("attributes of the field in use follow the server", () => {
      serve(field("a"));
      input().focus();
      morpher.update(field("a").replace("name", 'aria-invalid="true" name'));
      expect(input().getAttribute("aria-invalid")).toBe("true");
      expect(document.activeElement).toBe(input());
    });

    test("focus and selection follow a row that moves", () => {
      serve(`<ul><li data-key="1">1</li><li data-key="2">${field("a")}</li></ul>`);
      const element = input();
      element.focus();
      element.value = "typed";
      element.setSelectionRange(2, 4);
      const heard: string[] = [];
      element.addEventListener("blur", () => heard.push(`blur ${morpher.active}`));
      element.addEventListener("focus", () => heard.push(`focus ${morpher.active}`));
      morpher.update(`<ul><li data-key="2">${field("a")}</li><li data-key="1">1</li><li data-key="3"></li></ul>`);
      morpher.update(`<ul><li data-key="3"></li><li data-key="1">1</li><li data-key="2">${field("a")}</li></ul>`);
      expect([document.activeElement, element.value, element.selectionStart, element.selectionEnd]).toEqual([
        element,
        "typed",
        2,
        4,
      ]);
      expect(heard.filter((line) => line.endsWith("false"))).toEqual([]);
    });
  });

  test.each(["submit", "button", "reset", "hidden"])("a %s follows the server, in use or not", (type) => {
    serve(`<input type="${type}" value="a">`);
    find("input").focus();
    morpher.update(`<input type="${type}" value="b">`);
    expect(find("input").value).toBe("b");
  });

  test("a chosen file is left alone", () => {
    serve('<input type="file" class="a">');
    const files = [new File(["x"], "x.txt")] as unknown as FileList;
    Object.defineProperty(find("input"), "files", { value: files });
    const set = vi.spyOn(find("input"), "value", "set");
    morpher.update('<input type="file" class="b">');
    expect(find("input").className).toBe("b");
    expect(set).not.toHaveBeenCalled();
  });

  test("an editable element in use is left alone", () => {
    serve('<div contenteditable="true" tabindex="0">a</div>');
    find<HTMLElement>("div").focus();
    find("div").innerHTML = "typed";
    morpher.update('<div contenteditable="true" tabindex="0">b</div>');
    expect(find("div").textContent).toBe("typed");
  });
});

describe("boxes and lists", () => {
  test("a box that the person ticked stays ticked while the server says the same", () => {
    serve('<p>1</p><input type="checkbox">');
    find("input").checked = true;
    morpher.update('<p>2</p><input type="checkbox" class="c">');
    expect(find("input").checked).toBe(true);
    expect(find("input").hasAttribute("checked")).toBe(false);
  });

  test("a box whose state the server changes follows, in use or not", () => {
    serve('<input type="checkbox">');
    find("input").focus();
    find("input").checked = true;
    morpher.update('<input type="checkbox" checked>');
    expect(find("input").checked).toBe(true);
    morpher.update('<input type="checkbox">');
    expect(find("input").checked).toBe(false);
  });

  test("radio buttons", () => {
    const radios = (checked: number) =>
      [0, 1, 2].map((index) => `<input type="radio" name="r"${index === checked ? " checked" : ""}>`).join("");
    const chosen = () => [...region.querySelectorAll("input")].findIndex((input) => input.checked);
    serve(`<p>1</p>${radios(0)}`);
    (region.querySelectorAll("input")[2] as HTMLInputElement).checked = true;
    morpher.update(`<p>2</p>${radios(0)}`);
    expect(chosen()).toBe(2);
    morpher.update(`<p>2</p>${radios(1)}`);
    expect(chosen()).toBe(1);
  });

  const options = (selected: string, ...values: string[]) =>
    `<select>${values.map((value) => `<option${value === selected ? " selected" : ""}>${value}</option>`).join("")}</select>`;
  const lists: [string, string, string | null, string, string][] = [
    ["a choice stays while the server says the same", options("", "a", "b"), "b", options("", "a", "b", "c"), "b"],
    ["a choice stays when options come before it", options("", "a", "b"), "b", options("", "x", "a", "b"), "b"],
    ["a choice gives way to the server's", options("a", "a", "b", "c"), "b", options("c", "a", "b", "c"), "c"],
    ["a choice that is no more gives way", options("", "a", "b"), "b", options("", "a", "c"), "a"],
    ["an untouched list shows its first option", options("", "a", "b"), null, options("", "x", "a"), "x"],
    ["an untouched list follows the server", options("a", "a", "b"), null, options("b", "a", "b"), "b"],
  ];
  test.each(lists)("%s", (_, before, choice, after, want) => {
    serve(`<p>1</p>${before}`);
    if (choice) find<HTMLSelectElement>("select").value = choice;
    morpher.update(`<p>2</p>${after}`);
    expect(find<HTMLSelectElement>("select").value).toBe(want);
    expect(region.innerHTML).toBe(`<p>2</p>${after.replace(/ selected/g, ' selected=""')}`);
  });

  test("several choices", () => {
    serve("<select multiple><option>a</option><option>b</option><option>c</option></select>");
    for (const index of [0, 2]) (region.querySelectorAll("option")[index] as HTMLOptionElement).selected = true;
    morpher.update(
      "<select multiple><option>c</option><option>b</option><option>a</option><option>d</option></select>",
    );
    expect([...find<HTMLSelectElement>("select").selectedOptions].map((option) => option.value)).toEqual(["c", "a"]);
  });
});

describe.each(["details", "dialog"])("an open <%s>", (tag) => {
  const element = (open: boolean, text: string) => `<${tag}${open ? ' open=""' : ""}>${text}</${tag}>`;
  const isOpen = () => find(tag).hasAttribute("open");

  test("that the person opened stays open", () => {
    serve(element(false, "1"));
    find(tag).setAttribute("open", "");
    morpher.update(element(false, "2"));
    expect([isOpen(), find(tag).textContent]).toEqual([true, "2"]);
  });

  test("that the person closed stays closed", () => {
    serve(element(true, "1"));
    find(tag).removeAttribute("open");
    morpher.update(element(true, "2"));
    expect(isOpen()).toBe(false);
  });

  test("follows when the server changes its mind", () => {
    serve(element(false, "1"));
    morpher.update(element(true, "1"));
    expect(isOpen()).toBe(true);
    morpher.update(element(false, "1"));
    expect(isOpen()).toBe(false);
  });

  test("that both have opened is closed by the server", () => {
    serve(`<section>${element(false, "1")}</section>`);
    find(tag).setAttribute("open", "");
    morpher.update(`<section>${element(true, "1")}</section>`);
    morpher.update(`<section>${element(false, "1")}</section>`);
    expect(isOpen()).toBe(false);
  });

  test("that came by an update is known too", () => {
    serve("");
    morpher.update(element(true, "1"));
    find(tag).removeAttribute("open");
    morpher.update(element(true, "2"));
    expect(isOpen()).toBe(false);
  });
});

describe("what is left alone", () => {
  test("elements with lvt-ignore, with keys inside", () => {
    serve('<div lvt-ignore><b>mine</b><i id="k">mine</i></div><p>1</p>');
    morpher.update('<div lvt-ignore="">theirs</div><p id="k">2</p>');
    expect(region.innerHTML).toBe('<div lvt-ignore=""><b>mine</b><i id="k">mine</i></div><p id="k">2</p>');
  });

  test("elements that are held", () => {
    serve("<b>1</b><i>1</i>", (from) => from.nodeName === "B");
    morpher.update("<b>2</b><i>2</i>");
    expect(region.innerHTML).toBe("<b>1</b><i>2</i>");
  });

  test("scroll positions", () => {
    serve('<ul><li data-key="1"><div>1</div></li><li data-key="2"></li></ul>');
    const box = find("div");
    box.scrollTop = 40;
    box.dispatchEvent(new Event("scroll"));
    // jsdom has no layout: that the move loses the position is played.
    const set = vi.fn();
    Object.defineProperty(box, "scrollTop", { get: () => (find("li").contains(box) ? 40 : 0), set });
    morpher.update('<ul><li data-key="2"></li><li data-key="1"><div>1!</div></li></ul>');
    expect(set).toHaveBeenCalledWith(40);
  });

  test("media that plays plays on", () => {
    serve('<ul><li data-key="1"><video></video></li><li data-key="2"></li></ul>');
    const video = find<HTMLVideoElement>("video");
    const paused = [false, true];
    Object.defineProperty(video, "paused", { get: () => paused.shift() ?? true });
    const play = vi.fn(() => Promise.resolve());
    video.play = play;
    morpher.update('<ul><li data-key="2"></li><li data-key="1"><video></video></li></ul>');
    expect(find("video")).toBe(video);
    expect(play).toHaveBeenCalledOnce();
  });
});

describe("a whole document", () => {
  let own: HTMLScriptElement;

  beforeEach(() => {
    document.documentElement.innerHTML =
      '<head><title>one</title></head><body data-lvt-id="x"><p>1</p><script type="module">window.runs = (window.runs || 0) + 1</script></body>';
    region = document.body;
    own = document.createElement("script");
    own.src = "/livetemplate-1.js";
    document.body.append(own);
    morpher = new Morpher(region, own, () => false);
  });

  const page = (title: string, body: string) =>
    `<!DOCTYPE html><html><head><title>${title}</title></head><body class="x">${body}</body></html>`;

  test("changes the body's children and the title", () => {
    morpher.update(page("two &amp; three", "<p>2</p>"));
    expect(document.title).toBe("two & three");
    expect(document.querySelector("p")?.textContent).toBe("2");
    expect(document.body.getAttribute("data-lvt-id")).toBe("x");
  });

  test("never removes the client's own script, wherever others stand", () => {
    morpher.update(page("two", '<script src="/other.js"></script><p>2</p>'));
    expect(own.isConnected).toBe(true);
    expect(own.getAttribute("src")).toBe("/livetemplate-1.js");
  });

  test("does not run scripts, old or new, and leaves their text", () => {
    const before = document.querySelector("script")?.textContent;
    morpher.update(
      page("two", '<p>2</p><script type="module">window.runs = 99</script><script>window.runs = 98</script>'),
    );
    expect((window as { runs?: number }).runs).not.toBe(99);
    expect((window as { runs?: number }).runs).not.toBe(98);
    expect(document.querySelector("script")?.textContent).toBe(before);
  });

  test("scripts that are data follow the server", () => {
    document.body.innerHTML = '<script type="application/json">1</script>';
    morpher.update(page("", '<script type="application/json">2</script>'));
    expect(document.querySelector("script")?.textContent).toBe("2");
  });
});

test("pages that demand Trusted Types get them", () => {
  const createPolicy = vi.fn((_name: string, rules: { createHTML(text: string): string }) => rules);
  vi.stubGlobal("trustedTypes", { createPolicy });
  serve("a");
  morpher.update("b");
  morpher.update("c");
  vi.unstubAllGlobals();
  expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(["livetemplate"]);
});
