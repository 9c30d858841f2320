// The sheet of pages that have to be small: what stands in it is what they show. small.json holds their classes, ids and
// data attributes; tests/tickets/test_small_pages.py says when one is missing.

const BETWEEN = "@next{}";
const NAMES = /[.#]((?:[\w-]|\\.)+)|\[([\w-]+)/g;
const OPTIONAL = /:(?:not|is|where)\([^()]*(?:\([^()]*\))*[^()]*\)/g;

// Several sheets of one page, for one says what another's variables are.
export function prune(sheets, words) {
  const known = new Set(words);
  const kept = sheets.map((css) => rules(css).map((rule) => pruned(rule, known)).filter(Boolean).join(""));
  return withoutUnused(kept.join(BETWEEN)).split(BETWEEN);
}

function pruned({ head, body, inner }, known) {
  if (/^@(media|supports)/.test(head)) {
    const left = inner.map((rule) => pruned(rule, known)).filter(Boolean).join("");
    return left && `${head}{${left}}`;
  }
  if (head.startsWith("@page") || head.startsWith("@font-face")) return "";
  if (head.startsWith("@")) return `${head}{${body}}`;
  const selectors = split(head).filter((selector) => isShown(selector, known));
  return selectors.length ? `${selectors.join(",")}{${body}}` : "";
}

function isShown(selector, known) {
  const named = [...selector.replace(OPTIONAL, "").matchAll(NAMES)];
  return named.every(([, name, attribute]) => known.has((name || attribute).replace(/\\/g, "")));
}

// Variables and animations that nothing left over uses; what one variable uses is used while it is.
function withoutUnused(css) {
  for (let before = ""; before !== css; ) {
    before = css;
    const used = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name));
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
