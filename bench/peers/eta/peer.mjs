// eta as a participant of the bench; javascript.mjs says how it is called.
import { Eta } from "eta";
import { readFileSync } from "node:fs";
import { dates, run, scriptValue } from "../javascript.mjs";

const eta = new Eta({
  autoEscape: true,
  autoTrim: false,
  functionHeader: "const { dates, scriptValue } = this.config.called;",
  called: { dates, scriptValue },
});

run((name) => {
  const page = eta.compile(readFileSync(new URL(`templates/${name}.eta`, import.meta.url), "utf8")).bind(eta);
  return (data) => page(data);
});
