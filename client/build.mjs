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
  acknowledge acknowledgedAt actionOf actions active afterwards answered ask attempts awaiting beforeRow bindChild
  bindContent bindElement binder bindRange bindRoot bindRow bindTable bindValue bound changed checkTag core count
  counterparts cursor delay delays dirty drainOverHttp drop dropEmpty established everLive fail failed fallback finish
  first flush focused forget forms gap guard held hiddenSince hold holdButton inert insert inUse isAlike isAtEnd
  isFixed isFree isGuarded isImplied isOff isPage isTextOnly keepOpen keySlot last lastId lead learn leaving listener
  live loading lost markOf maySet morphChildren morphElement morpher morphNodes morphTag onClickAway onEvent onSubmit
  onWindow openByServer opened openTimer operate overHttp ownScript parent parseElement parseInside parsePage parseTag
  peek pending pieces placed places played policy posting probe probeMark probeTimer queue readNode readRange readRow
  readShape readSlots readValue receiver recordOpen refresh refreshed refreshing refusal refusals refuse refused
  region remember removed rendered replaceNodes reply retry retryTimer root scrolled sendNow sequence settle settled
  shape shapes show showAround showElement showInside showNode showSlot showSpan showTag showWhole skeleton skeletons
  skipped slots socket span startThrottle statics statusTimer stepAside tags tail takeAll takeGap takeMessage
  takePiece takeRows takeText takeTree texts timer touch trail trusted unanswered waiting wake work
`;

await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  mangleProps: new RegExp(`^(${OWN_NAMES.trim().split(/\s+/).join("|")})$`),
  banner: { js: "/* LiveTemplate */" },
});

const bytes = readFileSync(outfile);
console.log(`dist/livetemplate.js: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
