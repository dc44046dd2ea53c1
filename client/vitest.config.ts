import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    setupFiles: ["test/setup.ts"],
    include: ["test/**/*.test.ts"],
    // A hang is told, a busy machine is not: the longest test takes a few seconds of its own.
    testTimeout: 60_000,
  },
});
