// Actions under way: gives each its id, tells the element that caused it how it goes (lvt:pending, then lvt:done and
// lvt:success or lvt:error) and finds it again by the id in the reply, so that several may be under way at once.

import type { Data } from "./data";

export interface Meta {
  action: string;
  id?: number;
  success: boolean;
  /** false: what it has changed is in the server's memory alone, for now. */
  stored?: false;
  errors: Record<string, string>;
}

export interface ActionMessage {
  action: string;
  data: Data | Record<string, unknown>;
  id: number;
}

/** Told when the reply is there and the page shows it. */
export type Settled = (meta: Meta) => void;

interface Pending {
  action: string;
  source: Element;
  settled: Settled | undefined;
  loaded: () => void;
}

export class Actions {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  /**
   * `region` is told in place of elements that are gone; `send` hands a message to the transport;
   * `loading` is called when an action starts and returns what to call when it has ended.
   */
  constructor(
    private readonly region: Element,
    private readonly send: (message: ActionMessage) => void,
    private readonly loading: () => () => void,
  ) {}

  run(action: string, data: ActionMessage["data"], source: Element = this.region, settled?: Settled): void {
    const id = ++this.lastId;
    this.pending.set(id, { action, source, settled, loaded: this.loading() });
    emit(source, "lvt:pending", { action, data });
    this.send({ action, data, id });
  }

  /** A reply that has been applied. Messages that answer nothing are not replies. */
  settle(meta: Meta): void {
    const id = meta.id as number;
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    pending.loaded();
    pending.settled?.(meta);
    const target = pending.source.isConnected ? pending.source : this.region;
    emit(target, "lvt:done", meta);
    emit(target, meta.success ? "lvt:success" : "lvt:error", meta);
  }

  /** Actions whose reply will not come. */
  fail(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const pending = this.pending.get(id);
      if (pending) this.settle({ action: pending.action, id, success: false, errors: { _general: reason } });
    }
  }
}

/** False when a script of the page has prevented what follows. */
export function emit(target: Element, name: string, detail: unknown): boolean {
  return target.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
}
