// Starts the client on the page's live region and joins its parts: transport -> messages -> tree -> morph, and
// events -> actions -> transport.

import { Actions, emit, type ActionMessage, type Meta } from "./actions";
import { Events } from "./events";
import { holdsInput } from "./fields";
import { Forms } from "./forms";
import { loadingBar } from "./loading";
import { Inbox, readMeta, type Update } from "./messages";
import { Morpher } from "./morph";
import { Transport } from "./transport";
import { View } from "./view";
import { isComplete, isObject, Tree, type JsonObject } from "./tree";

/** What scripts of the page may use, as `window.liveTemplate`. */
export interface LiveTemplate {
  /** Run an action; the promise yields its reply and is never rejected. */
  send(action: string, data?: Record<string, unknown>): Promise<Meta>;
  /** Whether the page is connected live. */
  readonly connected: boolean;
}

declare global {
  interface Window {
    liveTemplate?: LiveTemplate;
  }
}

const ID = "data-lvt-id";
const TOKEN = "data-lvt-token";
const READY = "data-lvt-ready";

function start(region: Element, ownScript: Element | null): LiveTemplate {
  let tree = new Tree();
  let inbox: Inbox | null = null;
  let connections = 0;

  const loading = loadingBar(() => region.getAttribute("lvt-loading") === "off");
  const firstConnection = loading();
  const actions = new Actions(region, (message) => transport.send(message), loading);
  const forms = new Forms(actions);
  const morpher = new Morpher(region, ownScript, (from, to) => forms.hold(from, to));
  const view = new View(morpher);
  const events = new Events(region, actions, forms, () => morpher.active);

  const settle = (meta: Meta) => {
    if (meta.id !== undefined) transport.answered(meta.id);
    actions.settle(meta);
  };

  const show = (source: Tree, changes: JsonObject, update: Update) => {
    view.show(source, changes);
    region.setAttribute(READY, "");
    emit(region, "lvt:updated", update);
  };

  const openInbox = () =>
    new Inbox({
      apply(changes, update) {
        show(tree, changes, update);
        if (transport.live || !isComplete(changes)) return;
        transport.established();
        firstConnection();
        emit(region, connections++ ? "lvt:reconnected" : "lvt:connected", { seq: update.seq });
      },
      learn: (changes) => tree.learn(changes),
      settle,
      refused: (code, message) => console.warn(`LiveTemplate: ${code}: ${message}`),
      send: (message) => transport.sendNow(message),
      reconnect: () => transport.reconnect(),
    });

  const transport = new Transport(() => region.getAttribute(TOKEN), {
    shown(status) {
      region.setAttribute("data-lvt-status", status);
      if (status === "disconnected" || status === "refused") firstConnection();
    },
    opened() {
      inbox?.close();
      tree = new Tree();
      inbox = openInbox();
    },
    message: (text) => inbox?.receive(text),
    reply(text) {
      const message: unknown = JSON.parse(text);
      if (!isObject(message)) return;
      const meta = readMeta(message["meta"]);
      // A live connection shows the state itself, and later than this.
      if (isObject(message["tree"]) && !transport.live) {
        show(new Tree(), message["tree"], { seq: 0, bytes: text.length, action: meta?.action ?? null });
      }
      if (meta) settle(meta);
    },
    lost() {
      inbox?.close();
      emit(region, "lvt:disconnected", {});
    },
    failed: (ids, reason) => actions.fail(ids, reason),
    fallback() {
      firstConnection();
      void transport.post();
    },
    refused(status) {
      // At the log-in the person gets in again; what was typed and not sent would be lost on the way.
      if (emit(region, "lvt:refused", { status }) && status === 401 && !holdsInput(region)) location.reload();
    },
    probe: () => inbox?.resync("the connection may have been asleep"),
    refreshed(html) {
      const page = morpher.parsePage(html);
      const fresh = page.querySelector(`[${ID}]`);
      const token = fresh?.getAttribute(TOKEN);
      if (!fresh || !token) return false;
      region.setAttribute(TOKEN, token);
      region.setAttribute(ID, fresh.getAttribute(ID) ?? "");
      morpher.replace(fresh, page);
      view.forget();
      return true;
    },
  });

  events.listen();
  transport.start();

  return {
    send: (action, data = {}) =>
      new Promise((resolve) => actions.run(action, data as ActionMessage["data"], region, resolve)),
    get connected() {
      return transport.live;
    },
  };
}

const ownScript = document.currentScript;

function startOnPage(): void {
  const region = document.querySelector(`[${ID}]`);
  if (region && !window.liveTemplate) window.liveTemplate = start(region, ownScript);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startOnPage);
else startOnPage();
