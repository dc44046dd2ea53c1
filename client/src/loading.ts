// A thin bar at the top of the window while something takes longer than a moment. Styled through the CSSOM, so that no
// style sheet and no permission for inline styles is needed.

const SHOW_AFTER_MS = 300;

export class LoadingBar {
  /** How many of those under way have lasted long enough. */
  private active = 0;
  private bar: HTMLElement | null = null;

  /** `isOff` is asked each time, for a page may change its mind. */
  constructor(private readonly isOff: () => boolean) {}

  /** Something starts; the result is to be called when it has ended. */
  readonly begin = (): (() => void) => {
    let late = false;
    let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => {
      late = true;
      this.active++;
      this.show();
    }, SHOW_AFTER_MS);
    return () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      if (late && --this.active === 0) this.hide();
    };
  };

  private show(): void {
    if (this.bar || this.isOff()) return;
    const bar = document.createElement("div");
    bar.setAttribute("aria-hidden", "true");
    bar.setAttribute("data-lvt-loading-bar", "");
    bar.style.cssText =
      "position:fixed;top:0;left:0;width:100%;height:3px;z-index:2147483647;" +
      "background:var(--lvt-loading-color,#2563eb);pointer-events:none;transform-origin:0 0";
    // Outside of the body, which may be the live region.
    document.documentElement.append(bar);
    this.bar = bar;
    const still = window.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    if (!still && bar.animate)
      bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(0.9)" }], {
        duration: 8000,
        easing: "cubic-bezier(0,.6,.3,1)",
        fill: "forwards",
      });
  }

  private hide(): void {
    this.bar?.remove();
    this.bar = null;
  }
}
