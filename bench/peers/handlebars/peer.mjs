// Handlebars as a participant of the bench; javascript.mjs says how it is called.
import Handlebars from "handlebars";
import { readFileSync } from "node:fs";
import { dates, run, scriptValue } from "../javascript.mjs";

Handlebars.registerHelper({
  fixed: (number, digits) => number.toFixed(digits),
  date: (time, layout) => dates[layout](time),
  first: (text, count) => text.slice(0, count),
  urlPart: (text) => encodeURIComponent(text),
  scriptValue: (value) => scriptValue(value),
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  not: (a) => !a,
  or: (a, b) => a || b,
});

// The helpers are known when the template is compiled, which is the faster way.
const knownHelpers = Object.fromEntries(Object.keys(Handlebars.helpers).map((name) => [name, true]));

run((name) => {
  const source = readFileSync(new URL(`templates/${name}.hbs`, import.meta.url), "utf8");
  return Handlebars.compile(source, { knownHelpers, knownHelpersOnly: true });
});
