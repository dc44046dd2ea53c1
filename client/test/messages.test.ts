import { beforeEach, describe, expect, test, vi } from "vitest";
import { Inbox } from "../src/messages";
import type { JsonObject } from "../src/tree";

let log: string[];
let inbox: Inbox;
let failing: number | null;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  log = [];
  failing = null;
  inbox = new Inbox({
    apply(_tree, { seq }) {
      if (seq === failing) throw new Error("does not fit");
      log.push(`apply ${seq}`);
    },
    learn: () => log.push("learn"),
    settle: (meta) => log.push(`settle ${meta.action} ${meta.id} ${meta.success} ${JSON.stringify(meta.errors)}`),
    refused: (code, message) => log.push(`refused ${code} ${message}`),
    send: (message) => log.push(`send ${JSON.stringify(message)}`),
    reconnect: () => log.push("reconnect"),
  });
});

const take = (message: JsonObject) => inbox.receive(JSON.stringify(message));
const complete = (seq: number) => take({ v: 1, seq, tree: { f: 1 } });
const update = (seq: number) => take({ v: 1, seq, tree: {} });
const withoutAcks = () => log.filter((line) => !line.includes('"ack"'));

describe("sequence", () => {
  test("updates that follow are applied", () => {
    complete(1);
    update(2);
    update(3);
    expect(withoutAcks()).toEqual(["apply 1", "apply 2", "apply 3"]);
  });

  test("a gap asks once for a complete tree, and goes on from it", () => {
    complete(1);
    update(3);
    update(4);
    complete(5);
    update(6);
    expect(withoutAcks()).toEqual(["apply 1", "learn", 'send {"resync":true}', "learn", "apply 5", "apply 6"]);
  });

  test("an update that comes twice is not applied twice", () => {
    complete(1);
    update(2);
    update(2);
    expect(withoutAcks()).toEqual(["apply 1", "apply 2", "learn", 'send {"resync":true}']);
  });

  test("an update that does not fit asks for a complete tree", () => {
    complete(1);
    failing = 2;
    update(2);
    complete(3);
    expect(withoutAcks()).toEqual(["apply 1", "learn", 'send {"resync":true}', "apply 3"]);
  });

  test("a complete tree that does not fit ends the connection", () => {
    failing = 1;
    complete(1);
    expect(log).toEqual(["learn", "reconnect"]);
  });

  test("what is no JSON, or of another version, asks for a complete tree", () => {
    complete(1);
    inbox.receive("{");
    complete(2);
    take({ v: 2, seq: 3, tree: {} });
    expect(withoutAcks()).toEqual(["apply 1", 'send {"resync":true}', "apply 2", 'send {"resync":true}']);
  });
});

describe("replies", () => {
  const meta = { action: "add", id: 3, success: false, errors: { title: "too short" } };

  test("come after their tree", () => {
    take({ v: 1, seq: 1, tree: { f: 1 }, meta });
    expect(withoutAcks()).toEqual(["apply 1", 'settle add 3 false {"title":"too short"}']);
  });

  test("count even when their update is lost", () => {
    complete(1);
    take({ v: 1, seq: 5, tree: {}, meta });
    expect(log[log.length - 1]).toBe('settle add 3 false {"title":"too short"}');
  });

  test("errors of the server are passed on", () => {
    take({ v: 1, error: { code: "malformed", message: "no" } });
    expect(log).toEqual(["refused malformed no"]);
  });
});

describe("pieces", () => {
  const whole = JSON.stringify({ v: 1, seq: 1, tree: { f: 1, s: ['é"\\'] } });
  const piece = (id: number, seq: number, total: number, data: string) =>
    take({ v: 1, chunk: { id, seq, total }, data });
  const texts = [whole.slice(0, 9), whole.slice(9, 20), whole.slice(20)];

  test("are put together", () => {
    texts.forEach((text, index) => piece(5, index, 3, text));
    expect(withoutAcks()).toEqual(["apply 1"]);
  });

  test("one alone is a message", () => {
    piece(1, 0, 1, whole);
    expect(withoutAcks()).toEqual(["apply 1"]);
  });

  const bad: [string, [number, number, number][]][] = [
    [
      "out of order",
      [
        [5, 0, 3],
        [5, 2, 3],
      ],
    ],
    ["without a first one", [[5, 1, 3]]],
    [
      "of two messages",
      [
        [5, 0, 3],
        [6, 1, 3],
      ],
    ],
    [
      "with another total",
      [
        [5, 0, 3],
        [5, 1, 4],
      ],
    ],
    [
      "twice",
      [
        [5, 0, 3],
        [5, 0, 3],
      ],
    ],
    ["of nothing", [[5, 0, 0]]],
    ["of too many", [[5, 0, 1e9]]],
  ];
  test.each(bad)("%s ask for a complete tree", (_, pieces) => {
    for (const [id, seq, total] of pieces) piece(id, seq, total, "x");
    expect(log).toEqual(['send {"resync":true}']);
  });

  test("a message between them asks for a complete tree", () => {
    complete(1);
    piece(5, 0, 2, "x");
    update(2);
    expect(withoutAcks()).toEqual(["apply 1", 'send {"resync":true}', "learn"]);
  });
});

describe("acknowledgements", () => {
  const acks = () => log.filter((line) => line.includes("ack"));

  test("are sent at most once a second, and the last one always", () => {
    vi.setSystemTime(1_000_000);
    complete(1);
    update(2);
    update(3);
    expect(acks()).toEqual(['send {"ack":1}']);
    vi.advanceTimersByTime(999);
    expect(acks()).toHaveLength(1);
    update(4);
    vi.advanceTimersByTime(1);
    expect(acks()).toEqual(['send {"ack":1}', 'send {"ack":4}']);
    vi.advanceTimersByTime(60_000);
    expect(acks()).toHaveLength(2);
  });

  test("stop when the connection ends", () => {
    complete(1);
    update(2);
    inbox.close();
    vi.advanceTimersByTime(5000);
    expect(acks()).toEqual(['send {"ack":1}']);
  });
});
