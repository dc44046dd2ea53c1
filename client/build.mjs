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
  acknowledge acknowledgedAt actionOf actions afterwards answered ask attempts awaiting beforeRow bindChild
  bindContent bindElement bindRange bindRoot bindRow bindTable bindValue binder bound changed checkTag core count
  counterparts delay delays dirty dropEmpty established everLive finish focused forms gap held hiddenSince
  holdButton inUse inert isAlike isAtEnd isFixed isFree isGuarded isImplied isPage isTextOnly keepOpen keySlot
  lastId lead learn leaving loading markOf maySet morphChildren morphElement morphNodes morphTag morpher
  onClickAway onEvent onSubmit onWindow openByServer openTimer operate overHttp ownScript parseElement parseInside
  parsePage parseTag peek pending pieces placed places played policy posting probe probeMark probeTimer readNode
  readRange readRow readShape readSlots readValue receiver recordOpen refreshing refusal refusals refuse region remember removed
  rendered replaceNodes retryTimer scrolled sendNow settle shape shapes showAround showElement showInside showNode
  showSlot showSpan showTag showWhole skeleton skeletons skipped slots socket span startThrottle statics
  drainOverHttp drop failed fallback flush guard isOff listener lost opened queue refresh refused reply retry timer waiting wake
  statusTimer stepAside takeAll takeGap takeMessage takePiece takeRows takeText takeTree trail trusted unanswered
`;

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
  mangleProps: new RegExp(`^(${OWN_NAMES.trim().split(/\s+/).join("|")})$`),
  banner: { js: "/* LiveTemplate client */" },
});

const bytes = readFileSync(outfile);
console.log(`dist/livetemplate.js: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
