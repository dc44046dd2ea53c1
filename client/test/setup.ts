// No test leaves its clock, or timers of its page, to the next one.
import { afterEach, vi } from "vitest";

afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});
