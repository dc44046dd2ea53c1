// Keeps the page connected: a WebSocket that is opened again whenever it is lost, HTTP for actions as long as none could
// ever be opened, and a fresh token when the server refuses the old one. Actions wait here while nothing can carry them.

import type { ActionMessage } from "./actions";
import type { JsonObject } from "./tree";

export type Status = "connecting" | "connected" | "disconnected" | "refused";

export interface Listener {
  shown(status: Status): void;
  /** A socket is open; what was known on the one before is void. */
  opened(): void;
  /** A frame of the socket. */
  message(text: string): void;
  /** The answer to an action over HTTP. */
  reply(text: string): void;
  /** A live connection is lost. */
  lost(): void;
  /** Actions that nobody will answer. */
  failed(ids: number[], reason: string): void;
  /** No WebSocket can be opened for now; actions go over HTTP. */
  fallback(): void;
  /** What to ask of a server that may be gone, so that it says something. */
  probe(): void;
  /** The server does not let this visitor in (any more): 401 or 403. Nothing is tried until the person is back. */
  refused(status: number): void;
  /** The page, fetched anew: take the token from it. False when it holds none. */
  refreshed(html: string): boolean;
}

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 15_000;
/** A server at its limit wants to be left alone for a while. */
const RETRY_LIMIT_MS = 5_000;
/** One that cannot reach its store will not do so at once. */
const RETRY_LATER_MS = 1_000;
/** For a socket to open, and for a server that is asked to answer. */
const WATCH_MS = 5_000;
/** The server drops a peer that was silent for 75 s; a browser that slept may not have noticed. */
const SLEEP_MS = 60_000;
/** Shorter losses are not shown. */
const FLASH_MS = 500;
const QUEUE_MAX = 50;
const MESSAGE_MAX_BYTES = 64 * 1024;
const REFUSALS_MAX = 5;

const CLOSE_LATER = 1013;
const CLOSE_TOKEN = 4401;
const CLOSE_LIMIT = 4429;

export class Transport {
  /** The first message of the socket has been applied: it carries actions. */
  live = false;

  private socket: WebSocket | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private watchTimer: ReturnType<typeof setTimeout> | undefined;
  private statusTimer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private refusals = 0;
  private everLive = false;
  private overHttp = false;
  private posting = false;
  private refreshing = false;
  /** How the server refused this visitor; 0: it did not. */
  private refusal = 0;
  private leaving = false;
  private hiddenSince = Date.now();
  private readonly queue: ActionMessage[] = [];
  private readonly unanswered = new Set<number>();

  constructor(
    private readonly token: () => string | null,
    private readonly listener: Listener,
  ) {}

  start(): void {
    window.addEventListener("online", () => this.wake(true));
    window.addEventListener("pagehide", () => (this.leaving = true));
    window.addEventListener("pageshow", () => {
      this.leaving = false;
      this.wake(false);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.hiddenSince = Date.now();
      else this.wake(Date.now() - this.hiddenSince >= SLEEP_MS);
    });
    this.show("connecting");
    this.connect();
  }

  /** Send an action, now or as soon as something can carry it. */
  send(message: ActionMessage): void {
    const reason =
      new TextEncoder().encode(JSON.stringify(message)).length > MESSAGE_MAX_BYTES
        ? "That is too much to send."
        : this.reason(this.live || this.queue.length < QUEUE_MAX ? "" : "There is no connection.");
    if (reason) this.listener.failed([message.id], reason);
    else if (this.live) this.put(message);
    else {
      this.queue.push(message);
      void this.drainOverHttp();
    }
  }

  /** Send what is no action; it is of no use on any other connection. */
  sendNow(message: JsonObject): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  /** A reply to an action has come. */
  answered(id: number): void {
    this.unanswered.delete(id);
  }

  /** The socket's first message has been applied. */
  established(): void {
    if (this.live || !this.socket) return;
    this.live = this.everLive = true;
    this.overHttp = false;
    this.attempts = this.refusals = this.refusal = 0;
    this.show("connected");
    for (const message of this.queue.splice(0)) this.put(message);
  }

  /** Give this socket up and open another. */
  reconnect(): void {
    const socket = this.socket;
    if (!socket) return;
    this.closed(0);
    socket.close(4000);
  }

  private put(message: ActionMessage): void {
    this.unanswered.add(message.id);
    this.socket?.send(JSON.stringify(message));
  }

  /** Why an action fails: this visitor is not let in, or what else it is. */
  private reason(otherwise: string): string {
    return this.refusal === 401 ? "Please log in again." : this.refusal ? "This is not allowed." : otherwise;
  }

  private show(status: Status): void {
    clearTimeout(this.statusTimer);
    this.listener.shown(status);
  }

  // ---- the socket ----

  private connect(): void {
    clearTimeout(this.retryTimer);
    const token = this.token();
    let opened = false;
    const url = location.origin.replace("http", "ws") + location.pathname + location.search;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, ["livetemplate.v1"].concat(token ? `lvt.token.${token}` : []));
    } catch {
      return this.retry(0);
    }
    this.socket = socket;
    this.watch();
    socket.onopen = () => {
      if (socket !== this.socket) return;
      opened = true;
      clearTimeout(this.watchTimer);
      this.listener.opened();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (socket !== this.socket) return;
      clearTimeout(this.watchTimer);
      if (typeof event.data === "string") this.listener.message(event.data);
    };
    socket.onclose = (event: CloseEvent) => {
      if (socket !== this.socket) return;
      // A browser does not tell why a socket could not be opened. There may be no server to say so either.
      if (!opened && this.everLive && !this.leaving) this.ask({ method: "HEAD" }).catch(() => undefined);
      this.closed(event.code);
    };
  }

  /** Give the socket up unless it opens, or something comes, in time. */
  private watch(): void {
    clearTimeout(this.watchTimer);
    this.watchTimer = setTimeout(() => this.reconnect(), WATCH_MS);
  }

  private closed(code: number): void {
    this.socket = null;
    clearTimeout(this.watchTimer);
    const wasLive = this.live;
    this.live = false;
    const lost = [...this.unanswered];
    this.unanswered.clear();
    if (wasLive && !this.leaving) {
      this.show("connecting");
      this.statusTimer = setTimeout(() => this.show("disconnected"), FLASH_MS);
      this.listener.lost();
    }
    this.listener.failed(lost, "The connection was lost.");
    this.retry(code);
  }

  // ---- trying again ----

  private retry(code: number): void {
    if (this.leaving || this.refusal) return;
    if (code === CLOSE_TOKEN) {
      if (++this.refusals > REFUSALS_MAX) return this.show("disconnected");
    } else if (!this.everLive && !this.overHttp) {
      this.overHttp = true;
      this.listener.fallback();
      void this.drainOverHttp();
    }
    const least = code === CLOSE_LIMIT ? RETRY_LIMIT_MS : code === CLOSE_LATER ? RETRY_LATER_MS : 0;
    const wait = Math.max(least, Math.min(RETRY_FIRST_MS * 2 ** this.attempts++, RETRY_MAX_MS));
    // Jitter, so that all the clients of a server that was restarted do not return at once.
    this.retryTimer = setTimeout(() => this.tryAgain(code === CLOSE_TOKEN), wait * (0.5 + Math.random() / 2));
  }

  /** Connect; with a fresh token when the old one was refused. */
  private tryAgain(isRefused: boolean): void {
    if (isRefused) void this.refresh();
    else this.connect();
  }

  /** The network or the person is back. `doubt`: the socket may be dead without the browser knowing. */
  private wake(doubt: boolean): void {
    if (document.hidden && !doubt) return;
    if (!this.socket) {
      if (this.refreshing) return;
      this.refusal = 0;
      const refused = this.refusals > 0;
      clearTimeout(this.retryTimer);
      this.attempts = this.refusals = 0;
      this.tryAgain(refused);
    } else if (doubt && this.live) {
      this.watch();
      this.listener.probe();
    }
  }

  /** Ask the server for the page; it may refuse the visitor. */
  private async ask(init: RequestInit): Promise<Response> {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", ...init });
    if ([401, 403].includes(answer.status)) this.refuse(answer.status);
    return answer;
  }

  private refuse(status: number): void {
    if (this.live || this.refusal) return;
    this.refusal = status;
    clearTimeout(this.retryTimer);
    const waiting = this.queue.splice(0).map((message) => message.id);
    this.listener.failed(waiting, this.reason(""));
    this.show("refused");
    this.listener.refused(status);
  }

  /** Fetch the page anew for its token. */
  private async refresh(): Promise<void> {
    this.refreshing = true;
    let fresh = false;
    try {
      const answer = await this.ask({ headers: { Accept: "text/html" } });
      if (answer.ok) {
        // The page may be elsewhere now, at a log-in for instance.
        if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
        fresh = this.listener.refreshed(await answer.text());
      }
    } catch {
      // No network: the next attempt may find one.
    } finally {
      this.refreshing = false;
    }
    if (fresh) this.connect();
    else this.retry(CLOSE_TOKEN);
  }

  // ---- HTTP ----

  /** Post what waits, one action after the other, as long as there is no WebSocket. */
  private async drainOverHttp(): Promise<void> {
    if (this.posting) return;
    this.posting = true;
    while (this.overHttp && this.queue.length) await this.post(this.queue.shift());
    this.posting = false;
  }

  /** Post an action; nothing asks for the page as it is. */
  async post(message?: ActionMessage): Promise<void> {
    try {
      const answer = await this.ask({
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: message ? JSON.stringify(message) : "",
      });
      if (answer.ok) this.listener.reply(await answer.text());
    } catch {
      // Told below: whoever waits for an answer still waits.
    }
    if (message) this.listener.failed([message.id], this.reason("The server could not be reached."));
  }
}
