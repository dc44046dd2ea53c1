// A thin bar at the top of the window while something takes longer than a moment. Styled through the CSSOM, so that no
// style sheet and no permission for inline styles is needed.

const SHOW_AFTER_MS = 300;

/** The result is called when something starts, and what that returns when it has ended. `isOff` is asked each time. */
export function loadingBar(isOff: () => boolean): () => () => void {
  /** How many of those under way have lasted long enough. */
  let active = 0;
  let bar: HTMLElement | undefined;

  const show = () => {
    active++;
    if (bar || isOff()) return;
    bar = document.createElement("div");
    bar.setAttribute("aria-hidden", "true");
    bar.setAttribute("data-lvt-loading-bar", "");
    bar.style.cssText =
      "position:fixed;top:0;left:0;width:100%;height:3px;z-index:2147483647;" +
      "background:var(--lvt-loading-color,#2563eb);pointer-events:none;transform-origin:0 0";
    // Outside of the body, which may be the live region.
    document.documentElement.append(bar);
    if (bar.animate && !window.matchMedia?.("(prefers-reduced-motion: reduce)").matches)
      bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(0.9)" }], {
        duration: 8000,
        easing: "cubic-bezier(0,.6,.3,1)",
        fill: "forwards",
      });
  };

  return () => {
    let late = false;
    let ended = false;
    const timer = setTimeout(() => {
      late = true;
      show();
    }, SHOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      if (late && !ended && !--active) {
        bar?.remove();
        bar = undefined;
      }
      ended = true;
    };
  };
}
