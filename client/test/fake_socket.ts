// A WebSocket that a test plays the server of.
import { vi } from "vitest";

export class FakeSocket {
  static all: FakeSocket[] = [];
  /** Makes the constructor throw, as for a page whose policy forbids connections. */
  static forbidden = false;

  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    if (FakeSocket.forbidden) throw new Error("forbidden");
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error("not open");
    this.sent.push(JSON.parse(text));
  }

  close(code?: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  // ---- the server's side ----

  open(): this {
    this.readyState = 1;
    this.onopen?.();
    return this;
  }

  message(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  end(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  /** What came but acknowledgements. */
  get actions(): unknown[] {
    return this.sent.filter((message) => !("ack" in (message as object)));
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.all[FakeSocket.all.length - 1];
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  static install(): void {
    FakeSocket.all = [];
    FakeSocket.forbidden = false;
    vi.stubGlobal("WebSocket", FakeSocket);
  }
}
