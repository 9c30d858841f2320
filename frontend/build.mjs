// Builds what the browser gets into static/dist: one script, one sheet, the charts apart, fonts, and the icons.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { forOldBrowsers } from "./legacy.mjs";
import { named, prune } from "./pruning.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "../node_modules");
const DIST = join(HERE, "../static/dist");
const written = new Set();

function put(name, content) {
  const path = join(DIST, name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path) || !readFileSync(path).equals(Buffer.from(content))) writeFileSync(path, content);
  written.add(name);
}

// A slice per unicode range: a page loads only the characters it shows, and none where the system has Chinese fonts.
function fonts() {
  const family = join(MODULES, "@fontsource/noto-sans-sc");
  const local = { 400: "NotoSansCJKsc-Regular", 700: "NotoSansCJKsc-Bold" };
  const faces = [400, 700].map((weight) =>
    readFileSync(join(family, `${weight}.css`), "utf8")
      .replace(/url\(\.\/files\/([^)]+\.woff2)\) format\('woff2'\), url\([^)]+\) format\('woff'\)/g, (_, file) => {
        put(`fonts/${file}`, readFileSync(join(family, "files", file)));
        return `local('${local[weight]}'), url(./fonts/${file}) format('woff2')`;
      }),
  );
  put("fonts.css", faces.join("\n").replace(/\s*\n\s*/g, ""));
}

function icons() {
  const nodes = JSON.parse(readFileSync(join(MODULES, "@tabler/icons/tabler-nodes-outline.json"), "utf8"));
  const wanted = JSON.parse(readFileSync(join(HERE, "icons.json"), "utf8"));
  const missing = wanted.filter((name) => !nodes[name]);
  if (missing.length) throw new Error(`@tabler/icons has no ${missing.join(", ")}`);
  const shape = ([tag, words]) => `<${tag} ${Object.entries(words).map(([k, v]) => `${k}="${v}"`).join(" ")}/>`;
  put("icons.json", JSON.stringify(Object.fromEntries(wanted.map((name) => [name, nodes[name].map(shape).join("")]))));
}

async function bundle(entry, options = {}) {
  const made = await build({
    entryPoints: [join(HERE, entry)],
    bundle: true, minify: true, write: false, target: "chrome86", legalComments: "none", charset: "utf8",
    logLevel: "warning", external: ["./fonts/*"], ...options,
  });
  return made.outputFiles[0].text;
}

async function sheet() {
  const own = await bundle("css/main.css");
  const tabler = readFileSync(join(MODULES, "@tabler/core/dist/css/tabler.min.css"), "utf8").replace(/\/\*#.*?\*\//s, "");
  const all = [...shown("shown.json"), ...saidBy(...readdirSync(join(HERE, "js"))), ...named(own)];
  put("main.css", pruned(tabler, own, all));
  const small = read("js/small.js").matchAll(/"\.\/(.+)"/g);
  put("small.css", pruned(tabler, own, [...shown("small.json"), ...saidBy(...[...small].map(([, name]) => name))]));
}

const read = (name) => readFileSync(join(HERE, name), "utf8");
const shown = (name) => JSON.parse(read(name));

function pruned(tabler, own, words) {
  const [few, ownFew] = prune([tabler, own], words);
  return [few, forOldBrowsers(few, ownFew), ownFew].join("\n");
}

// Classes come and go by scripts as well.
function saidBy(...scripts) {
  return scripts.flatMap((name) => read(`js/${name}`).match(/[\w-]+/g));
}

function sweep(folder = DIST) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sweep(path);
    else if (!written.has(relative(DIST, path))) rmSync(path);
  }
}

fonts();
icons();
await Promise.all([
  sheet(),
  bundle("js/main.js", { format: "iife" }).then((text) => put("main.js", text)),
  bundle("js/small.js", { format: "iife" }).then((text) => put("small.js", text)),
  bundle("js/theme.js", { format: "iife" }).then((text) => put("theme.js", text)),
  bundle("js/scan.js", { format: "iife" }).then((text) => put("scan.js", text)),
  bundle("css/scan.css").then((text) => put("scan.css", text)),
  bundle("js/charts.js", { format: "iife" }).then((text) => put("charts.js", text)),
]);
sweep();
