// Reads what main.go printed and says which of upstream's updates are right: applied by upstream's own published client
// (@livetemplate/client) to the state before, they must give the HTML that Go's html/template prints. The rows are those of
// the table in ../test_upstream_bytes.c; 0 stands for "there is none".
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { TreeRenderer } = createRequire(import.meta.url)("@livetemplate/client/dist/state/tree-renderer.js");
const quiet = { debug() {}, info() {}, warn() {}, error() {}, isDebugEnabled: () => false };

const apply = (...trees) => {
  const renderer = new TreeRenderer(quiet);
  let html = "";
  for (const tree of trees) html = renderer.applyUpdate(structuredClone(tree)).html;
  return html.trim();
};

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
lines.forEach((line, i) => {
  const before = line.state === 0 ? [] : [lines[i - 1].fresh];
  const history = lines.filter((l) => l.journey === line.journey && l.state <= line.state).map((l) => l.update);
  const isFirst = line.golden_file.startsWith("update_01");
  const golden = (on) => {
    if (!on || line.golden === null) return "0, false";
    const right = apply(...(isFirst ? [] : before), line.golden) === line.html;
    return `${line.golden_bytes}, ${right}`;
  };
  if (line.state === 1)
    console.log(
      `{"${line.journey}", 1, FIRST, ${golden(isFirst)}, ${line.bytes[0]}, ${apply(line.fresh) === line.html}`);
  if (line.state > 0)
    console.log(
      `{"${line.journey}", ${line.state}, UPDATE, ${golden(!isFirst)}, ${line.bytes[1]}, ${apply(...history) === line.html}`);
});
