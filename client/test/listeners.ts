// A client listens on the document and the window for as long as a page lives; each test is a page of its own.
import { afterEach, beforeEach } from "vitest";

export function removeListenersAfterEachTest(): void {
  const undo: (() => void)[] = [];
  beforeEach(() => {
    for (const target of [window, document]) {
      const add = target.addEventListener as EventTarget["addEventListener"];
      target.addEventListener = ((type: string, listener: EventListener, options?: AddEventListenerOptions) => {
        add.call(target, type, listener, options);
        undo.push(() => target.removeEventListener(type, listener, options));
      }) as typeof target.addEventListener;
      undo.push(() => (target.addEventListener = add as typeof target.addEventListener));
    }
  });
  afterEach(() => {
    for (const step of undo.splice(0).reverse()) step();
  });
}
