import { beforeEach, describe, expect, test, vi } from "vitest";
import { Transport } from "../src/transport";
import { FakeSocket } from "./fake_socket";
import { removeListenersAfterEachTest } from "./listeners";

removeListenersAfterEachTest();

let log: string[];
let transport: Transport;
let token: string | null;
let fetched: { url: string; init: RequestInit }[];
let respond: () => Promise<Partial<Response>>;
let hidden: boolean;

function start(): Transport {
  log = [];
  const made: Transport = new Transport(() => token, {
    shown: (status) => log.push(status),
    opened: () => log.push("opened"),
    message: () => made.established(),
    reply: (text) => log.push(`reply ${text}`),
    lost: () => log.push("lost"),
    failed: (ids, reason) => ids.length && log.push(`failed ${ids.join()} ${reason}`),
    fallback: () => log.push("fallback"),
    probe: () => log.push("probe"),
    refused: (status) => log.push(`refused ${status}`),
    refreshed: (html) => {
      token = /data-lvt-token="(\w+)"/.exec(html)?.[1] ?? null;
      return token !== null;
    },
  });
  made.start();
  return (transport = made);
}

/** Open the last socket and deliver a first message. */
const establish = () => FakeSocket.last.open().message({});
const action = (id: number, data = {}) => ({ action: "a", data, id });
const sockets = () => FakeSocket.all.length;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(1_000_000);
  vi.spyOn(Math, "random").mockReturnValue(1);
  FakeSocket.install();
  token = "J.W.T";
  hidden = false;
  fetched = [];
  respond = () => Promise.reject(new Error("no network"));
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => (fetched.push({ url, init }), respond()));
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  history.replaceState(null, "", "/page?x=1#top");
});

describe("the connection", () => {
  test("offers the protocol and the token, at the page's address with its query", () => {
    start();
    expect([FakeSocket.last.url, FakeSocket.last.protocols]).toEqual([
      "ws://localhost:3000/page?x=1",
      ["livetemplate.v1", "lvt.token.J.W.T"],
    ]);
  });

  test("is there with the first message, not before", () => {
    start();
    FakeSocket.last.open();
    expect([log, transport.live]).toEqual([["connecting", "opened"], false]);
    FakeSocket.last.message({});
    expect([log.slice(2), transport.live]).toEqual([["connected"], true]);
  });

  test("messages of a socket that was given up are not heard", () => {
    start();
    const old = FakeSocket.last;
    establish();
    transport.reconnect();
    old.message({});
    old.end();
    expect(transport.live).toBe(false);
    expect(old.closedWith).toBe(4000);
  });
});

describe("a lost connection", () => {
  beforeEach(() => {
    start();
    establish();
    log.length = 0;
  });

  test.each([1001, 1006])("is told at once, shown after half a second and opened again (%i)", (code) => {
    FakeSocket.last.end(code);
    expect(log).toEqual(["connecting", "lost"]);
    vi.advanceTimersByTime(100);
    expect(sockets()).toBe(2);
    vi.advanceTimersByTime(400);
    expect(log.slice(2)).toEqual(["disconnected"]);
    establish();
    expect(log.slice(3)).toEqual(["opened", "connected"]);
  });

  test("that is back within half a second is not shown", () => {
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    establish();
    vi.advanceTimersByTime(1000);
    expect(log).not.toContain("disconnected");
  });

  test("is tried again after doubled waits up to 15 s", () => {
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      FakeSocket.last.end();
      const before = sockets();
      let wait = 0;
      while (sockets() === before) {
        vi.advanceTimersByTime(50);
        wait += 50;
      }
      waits.push(wait);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000]);
  });

  test("waits differ between clients", () => {
    vi.mocked(Math.random).mockReturnValue(0);
    FakeSocket.last.end();
    vi.advanceTimersByTime(50);
    expect(sockets()).toBe(2);
  });

  test("waits start anew after a success", () => {
    for (let i = 0; i < 5; i++) {
      FakeSocket.last.end();
      vi.advanceTimersByTime(15_000);
    }
    establish();
    const before = sockets();
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    expect(sockets()).toBe(before + 1);
  });

  test("opening alone is no success: a server that refuses each message is not flooded", () => {
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    FakeSocket.last.open().end();
    vi.advanceTimersByTime(199);
    expect(sockets()).toBe(2);
  });

  test("a server at its limit is left alone for 5 s", () => {
    FakeSocket.last.end(4429);
    vi.advanceTimersByTime(4999);
    expect(sockets()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(sockets()).toBe(2);
  });

  test("a socket that does not open within 5 s is given up", () => {
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    vi.advanceTimersByTime(5000 + 200);
    expect(sockets()).toBe(3);
  });

  test("is tried at once when the network or the person returns", () => {
    for (let i = 0; i < 8; i++) {
      FakeSocket.last.end();
      vi.advanceTimersByTime(15_000);
    }
    FakeSocket.last.end();
    const before = sockets();
    window.dispatchEvent(new Event("online"));
    expect(sockets()).toBe(before + 1);
    FakeSocket.last.end();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(sockets()).toBe(before + 2);
  });

  test("is not told while the page is being left, and opened again when it returns from the cache", () => {
    window.dispatchEvent(new Event("pagehide"));
    FakeSocket.last.end();
    vi.advanceTimersByTime(60_000);
    expect([log, sockets()]).toEqual([[], 1]);
    window.dispatchEvent(new Event("pageshow"));
    expect(sockets()).toBe(2);
  });
});

describe("a connection that may be dead", () => {
  const sleep = (ms: number) => {
    hidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    vi.setSystemTime(Date.now() + ms);
    hidden = false;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  beforeEach(() => {
    start();
    establish();
  });

  test("is asked after a long sleep, and given up when it does not answer", () => {
    sleep(60_000);
    expect(log).toContain("probe");
    vi.advanceTimersByTime(5000);
    expect(FakeSocket.last.closedWith).toBe(4000);
    expect(log).toContain("lost");
  });

  test("is kept when it answers", () => {
    sleep(60_000);
    FakeSocket.last.message({});
    vi.advanceTimersByTime(10_000);
    expect([sockets(), transport.live]).toEqual([1, true]);
  });

  test("is not asked after a short absence", () => {
    sleep(1000);
    expect(log).not.toContain("probe");
  });
});

describe("actions", () => {
  test("wait for the first message, in order", () => {
    start();
    transport.send(action(1));
    FakeSocket.last.open();
    transport.send(action(2));
    expect(FakeSocket.last.sent).toEqual([]);
    FakeSocket.last.message({});
    transport.send(action(3));
    expect(FakeSocket.last.sent).toEqual([action(1), action(2), action(3)]);
  });

  test("without an answer are told when the connection is lost; answered ones are not", () => {
    start();
    establish();
    transport.send(action(1));
    transport.send(action(2));
    transport.answered(1);
    FakeSocket.last.end();
    expect(log).toContain("failed 2 The connection was lost.");
  });

  test("wait for the next connection, 50 at most", () => {
    start();
    establish();
    FakeSocket.last.end();
    for (let id = 1; id <= 51; id++) transport.send(action(id));
    expect(log).toContain("failed 51 There is no connection.");
    vi.advanceTimersByTime(100);
    establish();
    expect(FakeSocket.last.sent).toHaveLength(50);
    expect(FakeSocket.last.sent[0]).toEqual(action(1));
    expect(fetched).toEqual([]);
  });

  test("that are too long for the server are refused here, for they would end the connection", () => {
    start();
    establish();
    transport.send(action(1, { text: "é".repeat(33_000) }));
    transport.send(action(2, { text: "e".repeat(60_000) }));
    expect(log).toContain("failed 1 That is too much to send.");
    expect(FakeSocket.last.sent).toHaveLength(1);
  });

  test("other messages go only on the connection they belong to", () => {
    start();
    transport.sendNow({ ack: 1 });
    establish();
    transport.sendNow({ ack: 2 });
    expect(FakeSocket.last.sent).toEqual([{ ack: 2 }]);
  });
});

describe("without a WebSocket", () => {
  const answers = (text: string) => (respond = () => Promise.resolve({ ok: true, text: () => Promise.resolve(text) }));

  test.each(["refused", "forbidden by the page's policy", "silent"])(
    "that is %s, actions are posted one after the other",
    async (how) => {
      FakeSocket.forbidden = how.startsWith("forbidden");
      answers("{}");
      start();
      transport.send(action(1));
      transport.send(action(2));
      if (how === "refused") FakeSocket.last.end();
      if (how === "silent") vi.advanceTimersByTime(5000);
      await vi.advanceTimersByTimeAsync(0);
      expect(log.slice(0, 3)).toEqual(["connecting", "fallback", "reply {}"]);
      expect(fetched.map(({ url, init }) => [url, init.method, init.body, init.credentials])).toEqual([
        [location.href, "POST", JSON.stringify(action(1)), "same-origin"],
        [location.href, "POST", JSON.stringify(action(2)), "same-origin"],
      ]);
      expect(fetched[0]?.init.headers).toEqual({ "Content-Type": "application/json", Accept: "application/json" });
    },
  );

  test("the WebSocket is tried on, and used as soon as it is there", async () => {
    answers("{}");
    start();
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    establish();
    transport.send(action(1));
    await vi.advanceTimersByTimeAsync(0);
    expect([FakeSocket.last.sent, fetched]).toEqual([[action(1)], []]);
  });

  test("an action that cannot be posted is told", async () => {
    start();
    FakeSocket.last.end();
    transport.send(action(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(log).toContain("failed 1 The server could not be reached.");
  });

  test("an answer that is an error is told", async () => {
    respond = () => Promise.resolve({ ok: false, status: 500 });
    start();
    FakeSocket.last.end();
    transport.send(action(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(log).toContain("failed 1 The server could not be reached.");
    expect(log.join()).not.toContain("reply");
  });

  test("once there was one, actions wait for it", async () => {
    start();
    establish();
    FakeSocket.last.end();
    transport.send(action(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched).toEqual([]);
  });
});

describe("a token that the server refuses", () => {
  const page = (fresh: string | null) =>
    (respond = () =>
      Promise.resolve({
        ok: true,
        redirected: false,
        text: () => Promise.resolve(fresh ? `<div data-lvt-token="${fresh}"></div>` : "<p>gone</p>"),
      }));

  test("is replaced by that of the page, fetched anew", async () => {
    page("NEW");
    start();
    FakeSocket.last.open().end(4401);
    await vi.advanceTimersByTimeAsync(100);
    expect(fetched.map(({ url, init }) => [url, init.headers, init.credentials])).toEqual([
      ["http://localhost:3000/page?x=1#top", { Accept: "text/html" }, "same-origin"],
    ]);
    expect(FakeSocket.last.protocols).toEqual(["livetemplate.v1", "lvt.token.NEW"]);
    expect(log).not.toContain("fallback");
  });

  test("actions that were sent with it wait for the new one", async () => {
    page("NEW");
    start();
    transport.send(action(1));
    FakeSocket.last.open().end(4401);
    await vi.advanceTimersByTimeAsync(100);
    establish();
    expect(FakeSocket.last.sent).toEqual([action(1)]);
  });

  test("five times in a row is enough, until the person returns", async () => {
    page("NEW");
    start();
    for (let i = 0; i < 10; i++) {
      const before = FakeSocket.last;
      before.open().end(4401);
      await vi.advanceTimersByTimeAsync(4_000);
      if (FakeSocket.last === before) break;
    }
    expect([sockets(), fetched.length, log[log.length - 1]]).toEqual([6, 5, "disconnected"]);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets()).toBe(7);
  });

  test("and of a page that is gone is not tried for ever", async () => {
    page(null);
    start();
    FakeSocket.last.open().end(4401);
    await vi.advanceTimersByTimeAsync(600_000);
    expect([sockets(), fetched.length, log[log.length - 1]]).toEqual([1, 5, "disconnected"]);
  });
});

describe("a visitor who is not let in", () => {
  const answer = (status: number) =>
    (respond = () => Promise.resolve({ ok: status < 400, status, redirected: false, text: () => Promise.resolve("") }));
  const lose = () => {
    establish();
    FakeSocket.last.end();
    vi.advanceTimersByTime(100);
    FakeSocket.last.end();
  };

  test.each([
    [401, "Please log in again."],
    [403, "This is not allowed."],
  ])("is told at a reconnect, and nothing is tried any more (%i)", async (status, reason) => {
    answer(status);
    start();
    lose();
    transport.send(action(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched.map(({ init }) => init.method)).toEqual(["HEAD"]);
    expect(log.slice(-3)).toEqual([`failed 1 ${reason}`, "refused", `refused ${status}`]);
    transport.send(action(2));
    expect(log.slice(-1)).toEqual([`failed 2 ${reason}`]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect([sockets(), fetched.length]).toEqual([2, 1]);
    document.dispatchEvent(new Event("visibilitychange"));
    establish();
    expect([sockets(), transport.live]).toEqual([3, true]);
  });

  test.each([200, 404, 503])("%i is no refusal", async (status) => {
    answer(status);
    start();
    lose();
    await vi.advanceTimersByTimeAsync(200);
    expect([sockets(), log.includes("refused")]).toEqual([3, false]);
  });

  test("is told over HTTP", async () => {
    answer(401);
    start();
    transport.send(action(1));
    FakeSocket.last.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(log).toEqual(["connecting", "fallback", "refused", "refused 401", "failed 1 Please log in again."]);
  });

  test("is told when the token is to be renewed", async () => {
    answer(403);
    start();
    FakeSocket.last.open().end(4401);
    await vi.advanceTimersByTimeAsync(100);
    expect([log.slice(-2), sockets()]).toEqual([["refused", "refused 403"], 1]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched.length).toBe(1);
  });

  test("a socket that was open and ends is no reason to ask", () => {
    answer(401);
    start();
    establish();
    FakeSocket.last.end();
    expect(fetched).toEqual([]);
  });

  test("a server that cannot reach its store is left alone for a second", () => {
    start();
    establish();
    FakeSocket.last.end(1013);
    vi.advanceTimersByTime(999);
    expect(sockets()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(sockets()).toBe(2);
  });
});
