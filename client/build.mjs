// Builds dist/livetemplate.js, the one file that pages load. The same sources give the same bytes.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = dirname(fileURLToPath(import.meta.url));
const outfile = join(folder, "dist", "livetemplate.js");

// Members that nothing but this client's own objects have: the bundle gives them short names. No name that the protocol, a
// browser's interface used here, or a page's script knows may stand here.
const OWN_NAMES = `
  acknowledge acknowledgedAt actionOf actions active afterwards answered apply ask attempts awaiting beforeRow
  bindChild bindContent bindElement binder bindRange bindRoot bindRow bindTable bindValue bound change changed
  checkTag closed connect core count counterparts cursor delay delays dirty drainOverHttp drop dropEmpty elements end
  established everLive fail failed fallback finish first flush focused forget forms gap held hiddenSince hold
  holdButton html inert insert inUse isAlike isAtEnd isFixed isFree isGuarded isImplied isOff isPage keepOpen keySlot
  last lastId lead learn leaving listen listener live loaded loading lost make markOf match maySet message morph
  morphChildren morphElement morpher morphNodes morphTag next node onClickAway onEvent onSubmit onWindow openByServer
  opened operate overHttp own ownScript parent parseAlone parseElement parseInside parsePage parseTag peek pending
  pieces placed places played policy post posting previous probe probeMark put queue range readNode readRange readRow
  readShape readSlots readValue reason receive receiver reconnect recordOpen refresh refreshed refreshing refusal
  refusals refuse refused region remember removed rendered replaceNodes reply resync retry retryTimer root roots rows
  run scrolled sendNow sequence settle settled shape shapes show showAround showElement shown showNode showSlot
  showSpan showTag showWhole silent skeleton skeletons skipped slots socket source span start startThrottle statics
  statusTimer stepAside submit tags take takeAll takeGap takePiece takeRows takeText takeTree texts timer token touch
  trail trusted tryAgain unanswered update view waiting wake watch watchTimer work
`;

await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  format: "iife",
  minify: true,
  // Browsers since 2021.
  target: "es2021",
  charset: "utf8",
  legalComments: "none",
  mangleProps: new RegExp(`^(${OWN_NAMES.trim().split(/\s+/).join("|")})$`),
  banner: { js: "/* LiveTemplate */" },
});

const bytes = readFileSync(outfile);
console.log(`dist/livetemplate.js: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
