// Reads the messages of one connection: puts pieces together, checks that no update is missing, asks for a complete
// tree when one is, and acknowledges. Knows nothing of the page and of sockets.

import type { Meta } from "./actions";
import { isComplete, isObject, type Json, type JsonObject } from "./tree";

/** What the page is told of a tree: its number, the length of the message, and the action that it answers. */
export interface Update {
  seq: number;
  bytes: number;
  action: string | null;
}

export interface Receiver {
  /** Apply a tree; throws when it does not fit. */
  apply(tree: JsonObject, update: Update): void;
  /** Keep the statics of a tree that is not applied. */
  learn(tree: JsonObject): void;
  /** The reply to an action. */
  settle(meta: Meta): void;
  /** The server refused a message that was no action. */
  refused(code: string, message: string): void;
  send(message: JsonObject): void;
  /** The connection is of no more use. */
  reconnect(): void;
}

const ACK_INTERVAL_MS = 1000;
/** 4096 pieces of 256 KiB are 1 GiB: more is no page. */
const CHUNKS_MAX = 4096;

export class Inbox {
  private sequence = 0;
  /** A complete tree has been asked for; updates until then are of no use. */
  private awaiting = false;
  private pieces: { id: Json; total: number; texts: string[] } | null = null;
  private acknowledgedAt = -ACK_INTERVAL_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly receiver: Receiver) {}

  /** Take a frame's text. */
  receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      // Told below, like all that is no message.
    }
    if (!isObject(message) || message["v"] !== 1) return this.resync("a message is not JSON of version 1");
    if (isObject(message["chunk"])) return this.takePiece(message["chunk"], message["data"]);
    if (this.pieces) {
      this.pieces = null;
      this.resync("a message came between the pieces of another");
    }
    const { tree, seq, meta, error } = message;
    if (isObject(error)) this.receiver.refused(String(error["code"]), String(error["message"]));
    const answer = readMeta(meta);
    if (isObject(tree)) this.takeTree(tree, { seq, bytes: text.length, action: answer?.action ?? null });
    // After the tree, so that whoever waits for the reply sees the page as it is then.
    if (answer) this.receiver.settle(answer);
  }

  /** The connection has ended. */
  close(): void {
    clearTimeout(this.timer);
  }

  /** Ask for a complete tree, once until it comes. */
  resync(reason: string): void {
    if (this.awaiting) return;
    this.awaiting = true;
    console.warn(`LiveTemplate: ${reason}; asking for the complete page`);
    // In quotes, for the protocol's word keeps its name, and this method does not.
    this.receiver.send({ ["resync"]: true });
  }

  private takePiece(chunk: JsonObject, text: Json | undefined): void {
    const { id, seq, total } = chunk;
    if (seq === 0 && !this.pieces && typeof total === "number" && total > 0 && total <= CHUNKS_MAX)
      this.pieces = { id: id as Json, total, texts: [] };
    const pieces = this.pieces;
    if (
      !pieces ||
      pieces.id !== id ||
      pieces.total !== total ||
      pieces.texts.length !== seq ||
      typeof text !== "string"
    ) {
      this.pieces = null;
      return this.resync("a piece of a message does not follow the one before");
    }
    if (pieces.texts.push(text) < pieces.total) return;
    this.pieces = null;
    this.receive(pieces.texts.join(""));
  }

  private takeTree(tree: JsonObject, update: { [Name in keyof Update]: Update[Name] | Json | undefined }): void {
    const complete = isComplete(tree);
    const sequence = update.seq;
    if (typeof sequence !== "number" || !(complete || (sequence === this.sequence + 1 && !this.awaiting))) {
      this.receiver.learn(tree);
      return this.resync(`update ${String(sequence)} does not follow ${this.sequence}`);
    }
    try {
      this.receiver.apply(tree, update as Update);
    } catch (reason) {
      console.error("LiveTemplate:", reason);
      this.receiver.learn(tree);
      // A complete tree can only fail for want of statics that the server believes to be here: start afresh.
      return complete ? this.receiver.reconnect() : this.resync("an update does not fit");
    }
    this.sequence = sequence;
    if (complete) this.awaiting = false;
    this.acknowledge();
  }

  private acknowledge(): void {
    if (this.timer !== undefined) return;
    const send = () => {
      this.timer = undefined;
      this.acknowledgedAt = Date.now();
      this.receiver.send({ ack: this.sequence });
    };
    const wait = this.acknowledgedAt + ACK_INTERVAL_MS - Date.now();
    if (wait > 0) this.timer = setTimeout(send, wait);
    else send();
  }
}

/** The reply to an action that stands in a message, if one does. */
export function readMeta(meta: Json | undefined): Meta | null {
  if (!isObject(meta)) return null;
  const errors: Record<string, string> = {};
  if (isObject(meta["errors"])) for (const field in meta["errors"]) errors[field] = String(meta["errors"][field]);
  const answer: Meta = { action: String(meta["action"] ?? ""), success: meta["success"] === true, errors };
  if (typeof meta["id"] === "number") answer.id = meta["id"];
  if (meta["stored"] === false) answer.stored = false;
  return answer;
}
