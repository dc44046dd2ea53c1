// The committed bundle on a page, with the server's side played.
import { beforeEach, describe, expect, test, vi } from "vitest";
import bundle from "../dist/livetemplate.js?raw";
import { FakeSocket } from "./fake_socket";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

const TREE = {
  f: 1,
  s: ["<h1>", '</h1><form lvt-submit="add"><input name="title"><button>Add</button></form><ul>', "</ul>"],
  "0": "Todos",
  "1": {
    f: 2,
    s: ['<li data-key="', '"><button lvt-click="toggle" lvt-data-id="', '">', "</button></li>"],
    d: [{ "0": "a", "1": "a", "2": "A" }],
    m: { idKey: "0" },
  },
};
const HTML = (rows: string, title = "Todos") =>
  `<h1>${title}</h1><form lvt-submit="add"><input name="title"><button>Add</button></form><ul>${rows}</ul>`;
const ROW = (key: string, text = key.toUpperCase()) =>
  `<li data-key="${key}"><button lvt-click="toggle" lvt-data-id="${key}">${text}</button></li>`;

let heard: string[];
const region = () => document.querySelector("[data-lvt-id]") as HTMLElement;
const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;
const attributes = () => [region().getAttribute("data-lvt-status"), region().hasAttribute("data-lvt-ready")];

function load(body = `<div data-lvt-id="p1" data-lvt-token="T1">${HTML(ROW("a"))}</div>`): void {
  document.body.innerHTML = body;
  heard = [];
  for (const name of ["connected", "disconnected", "reconnected", "updated", "pending", "success", "error", "done"])
    document.body.firstElementChild?.addEventListener(`lvt:${name}`, (event) =>
      heard.push(`${name} ${JSON.stringify((event as CustomEvent).detail)}`),
    );
  // A bundle is a script, not a module: run it as one.
  window.eval(bundle);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(1_000_000);
  vi.spyOn(Math, "random").mockReturnValue(1);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  delete window.liveTemplate;
  FakeSocket.install();
});

const connect = () => FakeSocket.last.open().message({ v: 1, seq: 1, tree: TREE });

describe("a page", () => {
  test("is live once the complete tree is there", () => {
    load();
    expect(attributes()).toEqual(["connecting", false]);
    expect(window.liveTemplate?.connected).toBe(false);
    connect();
    expect(attributes()).toEqual(["connected", true]);
    expect(window.liveTemplate?.connected).toBe(true);
    expect(region().innerHTML).toBe(HTML(ROW("a")));
    expect(heard.map((line) => line.replace(/"bytes":\d+/, '"bytes":N'))).toEqual([
      'updated {"seq":1,"bytes":N,"action":null}',
      'connected {"seq":1}',
    ]);
    expect(FakeSocket.last.sent).toEqual([{ ack: 1 }]);
  });

  test("follows updates, and keeps what is being typed", () => {
    load();
    connect();
    find<HTMLInputElement>("input").focus();
    find<HTMLInputElement>("input").value = "typing";
    const row = find("li");
    FakeSocket.last.message({
      v: 1,
      seq: 2,
      tree: {
        "0": "Two",
        "1": [
          ["i", null, 0, { "0": "b", "1": "b", "2": "B" }],
          ["u", "a", { "2": "A!" }],
        ],
      },
    });
    expect(region().innerHTML).toBe(HTML(ROW("b") + ROW("a", "A!"), "Two"));
    expect(find('[data-key="a"]')).toBe(row);
    expect([document.activeElement, find<HTMLInputElement>("input").value]).toEqual([find("input"), "typing"]);
  });

  test("sends clicks", () => {
    load();
    connect();
    find("li button").click();
    expect(FakeSocket.last.actions).toEqual([{ action: "toggle", data: { id: "a" }, id: 1 }]);
  });

  test("sends a form, and returns it to its defaults after the reply", () => {
    load();
    connect();
    find<HTMLInputElement>("input").value = "b";
    find<HTMLFormElement>("form").requestSubmit(find("form button"));
    expect(FakeSocket.last.actions).toEqual([{ action: "add", data: { title: "b" }, id: 1 }]);
    expect(find<HTMLButtonElement>("form button").disabled).toBe(true);
    FakeSocket.last.message({
      v: 1,
      seq: 2,
      tree: { "1": [["a", [{ "0": "b", "1": "b", "2": "B" }]]] },
      meta: { action: "add", id: 1, success: true, errors: {} },
    });
    expect(region().innerHTML).toBe(HTML(ROW("a") + ROW("b")));
    expect(find<HTMLInputElement>("input").value).toBe("");
    expect(heard.map((line) => line.split(" ")[0])).toEqual([
      "updated",
      "connected",
      "pending",
      "updated",
      "done",
      "success",
    ]);
  });

  test("a reply that changes nothing ends the action too", () => {
    load();
    connect();
    find<HTMLFormElement>("form").requestSubmit();
    FakeSocket.last.message({
      v: 1,
      seq: 2,
      tree: {},
      meta: { action: "add", id: 1, success: false, errors: { title: "required" } },
    });
    expect(find<HTMLButtonElement>("form button").disabled).toBe(false);
    expect(heard[heard.length - 1]).toBe('error {"action":"add","success":false,"errors":{"title":"required"},"id":1}');
  });

  test("asks for the complete tree when an update is missing, and shows it", () => {
    load();
    connect();
    FakeSocket.last.message({ v: 1, seq: 3, tree: { "0": "Three" } });
    expect(FakeSocket.last.actions).toEqual([{ resync: true }]);
    expect(find("h1").textContent).toBe("Todos");
    FakeSocket.last.message({ v: 1, seq: 4, tree: { f: 1, "0": "Four", "1": "" } });
    expect(region().innerHTML).toBe(HTML("", "Four"));
  });

  test("loses its connection and finds it again", () => {
    load();
    connect();
    find<HTMLFormElement>("form").requestSubmit();
    FakeSocket.last.end();
    expect(attributes()).toEqual(["connecting", true]);
    expect(find<HTMLButtonElement>("form button").disabled).toBe(false);
    find("li button").click();
    vi.advanceTimersByTime(100);
    connect();
    expect(attributes()).toEqual(["connected", true]);
    expect(FakeSocket.last.actions).toEqual([{ action: "toggle", data: { id: "a" }, id: 2 }]);
    expect(heard.filter((line) => /connected|done|error/.test(line)).map((line) => line.split(" ")[0])).toEqual([
      "connected",
      "disconnected",
      "done",
      "error",
      "reconnected",
    ]);
  });

  test("forgets the shapes of the connection before", () => {
    load();
    connect();
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    FakeSocket.last.open().message({ v: 1, seq: 1, tree: { f: 1, "0": "x" } });
    expect(FakeSocket.last.closedWith).toBe(4000);
    expect(find("h1").textContent).toBe("Todos");
  });

  test("takes token and content from the page when its token is refused", async () => {
    vi.stubGlobal("fetch", () =>
      Promise.resolve({
        ok: true,
        text: () => Promise.resolve(`<div data-lvt-id="p2" data-lvt-token="T2">${HTML("", "Fresh")}</div>`),
      }),
    );
    load();
    FakeSocket.last.open();
    FakeSocket.last.message({ v: 1, error: { code: "token_expired", message: "expired" } });
    FakeSocket.last.end(4401);
    await vi.advanceTimersByTimeAsync(100);
    expect([region().dataset["lvtId"], region().dataset["lvtToken"], find("h1").textContent]).toEqual([
      "p2",
      "T2",
      "Fresh",
    ]);
    expect(FakeSocket.last.protocols[1]).toBe("lvt.token.T2");
    connect();
    expect(find("h1").textContent).toBe("Todos");
  });

  test("works over HTTP when there is no WebSocket", async () => {
    const bodies: unknown[] = [];
    let seq = 0;
    vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
      bodies.push(init.body);
      const sent = init.body ? (JSON.parse(init.body as string) as { action: string; id: number }) : null;
      const message = {
        v: 1,
        seq: 1,
        tree: { ...TREE, "0": `Answer ${++seq}` },
        ...(sent ? { meta: { action: sent.action, id: sent.id, success: true, errors: {} } } : {}),
      };
      return Promise.resolve({ ok: true, text: () => Promise.resolve(JSON.stringify(message)) });
    });
    load();
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([find("h1").textContent, attributes()]).toEqual(["Answer 1", ["connecting", true]]);
    find<HTMLFormElement>("form").requestSubmit();
    await vi.advanceTimersByTimeAsync(0);
    expect(bodies).toEqual(["", '{"action":"add","data":{"title":""},"id":1}']);
    expect(find("h1").textContent).toBe("Answer 2");
    expect(heard[heard.length - 1]).toContain("success");
  });

  test("lets scripts send actions and await the reply", async () => {
    load();
    connect();
    const reply = window.liveTemplate?.send("store.go", { n: 1 });
    expect(FakeSocket.last.actions).toEqual([{ action: "store.go", data: { n: 1 }, id: 1 }]);
    FakeSocket.last.message({
      v: 1,
      seq: 2,
      tree: {},
      meta: { action: "store.go", id: 1, success: false, errors: { n: "odd" } },
    });
    expect(await reply).toEqual({ action: "store.go", id: 1, success: false, errors: { n: "odd" } });
  });

  test("tells when what an action changed is in memory alone", async () => {
    load();
    connect();
    const reply = window.liveTemplate?.send("go");
    FakeSocket.last.message({
      v: 1,
      seq: 2,
      tree: {},
      meta: { action: "go", id: 1, success: true, stored: false, errors: {} },
    });
    expect(await reply).toEqual({ action: "go", id: 1, success: true, stored: false, errors: {} });
    expect(heard[heard.length - 1]).toBe('success {"action":"go","success":true,"errors":{},"id":1,"stored":false}');
  });

  test("says when the visitor is not let in any more, and does not lose what was typed", async () => {
    const reload = vi.spyOn(console, "error").mockImplementation(() => undefined); // jsdom cannot navigate, and says so
    vi.stubGlobal("fetch", () => Promise.resolve({ ok: false, status: 401 }));
    load();
    connect();
    find<HTMLInputElement>("input").value = "half a thought";
    const refusals: unknown[] = [];
    region().addEventListener("lvt:refused", (event) => refusals.push((event as CustomEvent).detail));
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([attributes()[0], refusals, reload.mock.calls.length]).toEqual(["refused", [{ status: 401 }], 0]);
    find<HTMLFormElement>("form").requestSubmit();
    expect(heard[heard.length - 1]).toContain("Please log in again.");
    // Nothing typed: the page is loaded again, for the log-in.
    find<HTMLInputElement>("input").value = "";
    document.dispatchEvent(new Event("visibilitychange"));
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([refusals.length, reload.mock.calls.length]).toEqual([2, 1]);
  });

  test("in pieces", () => {
    load();
    FakeSocket.last.open();
    const text = JSON.stringify({ v: 1, seq: 1, tree: TREE });
    FakeSocket.last.message({ v: 1, chunk: { id: 1, seq: 0, total: 2 }, data: text.slice(0, 50) });
    FakeSocket.last.message({ v: 1, chunk: { id: 1, seq: 1, total: 2 }, data: text.slice(50) });
    expect(attributes()).toEqual(["connected", true]);
  });
});

describe("the bar that says something is under way", () => {
  const bar = () => document.querySelector<HTMLElement>("[data-lvt-loading-bar]");

  test("comes after 300 ms without a connection and goes with the first message", () => {
    load();
    vi.advanceTimersByTime(299);
    expect(bar()).toBeNull();
    vi.advanceTimersByTime(1);
    expect(bar()?.style.position).toBe("fixed");
    connect();
    expect(bar()).toBeNull();
  });

  test("comes for a slow action, not for quick ones in a row", () => {
    load();
    connect();
    for (let id = 1; id <= 3; id++) {
      find("li button").click();
      vi.advanceTimersByTime(200);
      find("li button").click();
      FakeSocket.last.message({
        v: 1,
        seq: 2 * id,
        tree: {},
        meta: { action: "toggle", id: 2 * id - 1, success: true },
      });
      FakeSocket.last.message({
        v: 1,
        seq: 2 * id + 1,
        tree: {},
        meta: { action: "toggle", id: 2 * id, success: true },
      });
    }
    expect(bar()).toBeNull();
    find("li button").click();
    vi.advanceTimersByTime(300);
    expect(bar()).not.toBeNull();
    FakeSocket.last.message({ v: 1, seq: 8, tree: {}, meta: { action: "toggle", id: 7, success: true } });
    expect(bar()).toBeNull();
  });

  test('never with lvt-loading="off"', () => {
    load('<div data-lvt-id="p" lvt-loading="off"></div>');
    vi.advanceTimersByTime(1000);
    expect(bar()).toBeNull();
  });
});

describe("the bundle", () => {
  test("does nothing on a page without a live region", () => {
    load("<p>plain</p>");
    expect([FakeSocket.all.length, window.liveTemplate]).toEqual([0, undefined]);
  });

  test("starts once, though it be loaded twice", () => {
    load();
    window.eval(bundle);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("needs neither eval nor inline scripts and styles", () => {
    expect(bundle).not.toMatch(/\beval\b|new Function|Function\(|setAttribute\("style"|<style|<script/);
  });
});
