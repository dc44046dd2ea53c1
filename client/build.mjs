// Builds dist/livetemplate.js, the one file that pages load. The same sources give the same bytes.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = dirname(fileURLToPath(import.meta.url));
const outfile = join(folder, "dist", "livetemplate.js");

await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* LiveTemplate client; contains morphdom (MIT License, Copyright (c) Patrick Steele-Idem) */" },
});

const bytes = readFileSync(outfile);
console.log(`dist/livetemplate.js: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
