// Tabler without what we never show: all of it costs a browser a tenth of a second each time a window turns. shown.json
// holds the classes, ids and attributes of all pages, small.json those of the pages that have to be small;
// tests/ui/test_main_sheet.py and tests/tickets/test_small_pages.py say when one is missing.

const BETWEEN = "@next{}";
const NAMES = /[.#]((?:[\w-]|\\.)+)|\[([\w-]+)/g;
const OPTIONAL = /:(?:not|is|where)\([^()]*(?:\([^()]*\))*[^()]*\)/g;

// What a sheet of our own names is shown somewhere.
export const named = (css) => [...css.matchAll(NAMES)].map(([, name, attribute]) => (name || attribute).replace(/\\/g, ""));

// Several sheets of one page, for one says what another's variables are.
export function prune(sheets, words) {
  const known = new Set(words);
  const kept = sheets.map((css) => rules(css).map((rule) => pruned(rule, known)).filter(Boolean).join(""));
  return withoutUnused(kept.join(BETWEEN), known).split(BETWEEN);
}

function pruned({ head, body, inner }, known) {
  if (/^@(media|supports)/.test(head)) {
    const left = inner.map((rule) => pruned(rule, known)).filter(Boolean).join("");
    return left && `${head}{${left}}`;
  }
  if (head.startsWith("@font-face")) return "";
  if (head.startsWith("@")) return `${head}{${body}}`;
  const selectors = split(head).filter((selector) => isShown(selector, known));
  return selectors.length ? `${selectors.join(",")}{${body}}` : "";
}

function isShown(selector, known) {
  const named = [...selector.replace(OPTIONAL, "").matchAll(NAMES)];
  return named.every(([, name, attribute]) => known.has((name || attribute).replace(/\\/g, "")));
}

// Variables and animations that nothing left over uses; what one variable uses is used while it is.
function withoutUnused(css, known) {
  for (let before = ""; before !== css; ) {
    before = css;
    const used = new Set([...known, ...[...css.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name)]);
    css = css.replace(/(--[\w-]+):((?:[^;{}"']|"[^"]*"|'[^']*')*)(;|(?=}))/g, (whole, name) => (used.has(name) ? whole : ""));
    css = css.replace(/@(?:-webkit-)?keyframes ([\w-]+)\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, (whole, name) =>
      new RegExp(`animation[^;}]*${name}`).test(css.replace(whole, "")) ? whole : "");
    css = css.replace(/(?:^|(?<=[};{]))[^{}@;]+\{\}/g, "");
  }
  return css;
}

function rules(css) {
  const text = css.replace(/\/\*.*?\*\//gs, ""), found = [];
  let depth = 0, start = 0, head = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"' || text[i] === "'") i = text.indexOf(text[i], i + 1);
    else if (text[i] === "{") {
      if (depth++ === 0) { head = text.slice(start, i).trim(); start = i + 1; }
    } else if (text[i] === "}" && --depth === 0) {
      const body = text.slice(start, i);
      found.push({ head, body, inner: /^@(media|supports)/.test(head) ? rules(body) : [] });
      start = i + 1;
    } else if (text[i] === ";" && depth === 0) start = i + 1;
  }
  return found;
}

function split(head) {
  const parts = [];
  let depth = 0, start = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] === "(") depth++;
    else if (head[i] === ")") depth--;
    else if (head[i] === "," && depth === 0) { parts.push(head.slice(start, i)); start = i + 1; }
  }
  return [...parts, head.slice(start)].map((part) => part.trim());
}
