// Chromium 86 knows neither oklch() nor color-mix() nor light-dark(): a sheet of plain colours for it, made from Tabler's.

const COLOUR = /oklch\(|color-mix\(|light-dark\(/;
const ROOT = /^(:root|:host|\[data-bs-theme=light\]|\[data-theme=light\]|,)+$/;

export function forOldBrowsers(css, own) {
  const rules = flatten(css);
  const all = [...rules, ...flatten(own)];
  const themes = { light: variables(all, false), dark: variables(all, true) };
  const lines = [], dark = [];
  for (const { selector, declarations } of rules) {
    const plain = declarations.filter(([, value]) => COLOUR.test(value)).map(([name, value]) => [
      name, plainly(value, themes.light, false), plainly(value, themes.dark, true), value.includes("!important"),
    ]).filter(([, ...values]) => values.slice(0, 2).every((value) => value && !COLOUR.test(value)));
    const said = plain.map(([name, light, night, important]) => {
      if (selector.includes("data-bs-theme=dark")) return `${name}:${night}`;
      if (light === night) return `${name}:${light}`;
      if (ROOT.test(selector)) { dark.push(`${name}:${night}`); return `${name}:${light}`; }
      const both = `--old-${dark.length}`; // a variable, so that the rule keeps its weight in both themes
      dark.push(`${both}:${bare(night)}`);
      lines.push(`:root{${both}:${bare(light)}}`);
      return `${name}:var(${both})${important ? "!important" : ""}`;
    });
    if (said.length) lines.push(`${selector}{${said.join(";")}}`);
  }
  return `@supports not (color:light-dark(red,red)){${lines.join("")}[data-bs-theme=dark]{${dark.join(";")}}}`;
}

const bare = (value) => value.replace(/\s*!important/, "");

// Rules outside of any at-rule; a media query only moves things, colours are the same in all of them.
function flatten(css) {
  const rules = [];
  const text = css.replace(/\/\*.*?\*\//gs, "");
  let depth = 0, start = 0, selector = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"' || text[i] === "'") i = text.indexOf(text[i], i + 1);
    else if (text[i] === "{") {
      if (depth++ === 0) selector = text.slice(start, i).trim();
      if (depth === 1) start = i + 1;
    } else if (text[i] === "}" && --depth === 0) {
      if (!selector.startsWith("@")) rules.push({ selector, declarations: declarations(text.slice(start, i)) });
      start = i + 1;
    } else if (text[i] === ";" && depth === 0) start = i + 1;
  }
  return rules;
}

function declarations(body) {
  return split(body, ";").filter((part) => part.includes(":")).map((part) => {
    const colon = part.indexOf(":");
    return [part.slice(0, colon).trim(), part.slice(colon + 1).trim()];
  });
}

function split(text, separator) {
  const parts = [];
  let depth = 0, start = 0, quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote) { if (c === quote) quote = ""; continue; }
    if (c === '"' || c === "'") quote = c;
    else if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === separator && depth === 0) { parts.push(text.slice(start, i)); start = i + 1; }
  }
  return [...parts, text.slice(start)];
}

function variables(rules, dark) {
  const known = {};
  for (const { selector, declarations } of rules) {
    const names = selector.split(",");
    const here = (name) => name === ":root" || name === ":host" || (dark && /^\[data-bs-theme="?dark"?\]$/.test(name));
    if (names.some(here))
      for (const [name, value] of declarations) if (name.startsWith("--")) known[name] = value;
  }
  known["in the dark"] = dark;
  return known;
}

function plainly(value, theme, dark) {
  let text = value;
  for (let turn = 0; turn < 24 && COLOUR.test(text); turn++) {
    const before = text;
    text = text.replace(/oklch\(([^()]*)\)/g, (whole, words) => (words.startsWith("from") ? whole : asText(oklch(words))));
    text = replaceCall(text, "light-dark(", (words) => split(words, ",")[dark ? 1 : 0].trim());
    text = replaceCall(text, "oklch(from", (words) => shifted(words, theme));
    text = replaceCall(text, "color-mix(", (words) => mix(words, theme));
    if (text === before) break;
  }
  return text;
}

function replaceCall(text, opening, make) {
  const at = text.lastIndexOf(opening);
  if (at < 0) return text;
  const end = closing(text, text.indexOf("(", at));
  const made = make(text.slice(at + opening.length, end));
  return made === null ? text : text.slice(0, at) + made + text.slice(end + 1);
}

// `oklch(from var(--x) calc(l - 0.06) c h)`: a little darker or lighter.
function shifted(words, theme) {
  const parts = words.match(/^\s*(\S+)\s+calc\(l ([+-]) ([\d.]+)\) c h$/);
  const colour = parts && known(parts[1], theme);
  if (!colour) return null;
  const share = Number(parts[3]) * 1.5, goal = parts[2] === "+" ? 255 : 0;
  return asText([...colour.slice(0, 3).map((part) => part * (1 - share) + goal * share), colour[3]]);
}

function closing(text, open) {
  for (let i = open, depth = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i;
  }
  return text.length;
}

function mix(words, theme) {
  const [, first, second] = split(words, ",").map((part) => part.trim());
  const [colour, share] = withShare(first);
  const [other, otherShare] = withShare(second);
  const [a, b] = [known(colour, theme), known(other, theme)];
  const weight = share ?? (otherShare === undefined ? 0.5 : 1 - otherShare);
  if (!a) return weight === 1 || other === "transparent" ? colour : null;
  if (!b) return null;
  if (b[3] === 0) return asText([a[0], a[1], a[2], a[3] * weight]);
  return asText(a.map((part, i) => part * weight + b[i] * (1 - weight)));
}

// A share that is itself a variable (`calc(var(--tblr-bg-opacity, 1) * 100%)`) counts as the whole.
function withShare(text) {
  const number = text.match(/^(.*\S)\s+(-?[\d.]+)%$/s);
  if (number) return [number[1], Number(number[2]) / 100];
  const varying = text.match(/^(.*\S)\s+(calc|var)\(.*\)$/s);
  return varying ? [varying[1], varying[1].includes("focus") ? 0.25 : 1] : [text, undefined];
}

function known(text, theme, depth = 0) {
  if (depth > 8) return null;
  const named = { transparent: [0, 0, 0, 0], white: [255, 255, 255, 1], black: [0, 0, 0, 1], "#fff": [255, 255, 255, 1], "#000": [0, 0, 0, 1] };
  if (named[text]) return named[text];
  const variable = text.match(/^var\((--[\w-]+)(?:,\s*(.*))?\)$/s);
  if (variable) return known((theme[variable[1]] ?? variable[2] ?? "").trim(), theme, depth + 1);
  const inner = text.match(/^oklch\(([^()]*)\)$/);
  if (inner) return oklch(inner[1]);
  if (COLOUR.test(text)) return known(plainly(text, theme, theme["in the dark"]), theme, depth + 1);
  const numbers = text.match(/^rgba?\(([^()]*)\)$/);
  if (numbers) { const n = numbers[1].split(/[\s,/]+/).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; }
  const hex = text.match(/^#([\da-f]{6}|[\da-f]{3})$/i);
  if (!hex) return null;
  const digits = hex[1].length === 3 ? [...hex[1]].map((d) => d + d).join("") : hex[1];
  return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16)).concat(1);
}

function oklch(words) {
  const [l, c, h, alpha = "1"] = words.trim().split(/[\s/]+/);
  const L = l.endsWith("%") ? parseFloat(l) / 100 : Number(l);
  const C = parseFloat(c), angle = (parseFloat(h || 0) * Math.PI) / 180;
  const a = C * Math.cos(angle), b = C * Math.sin(angle);
  const cube = (x) => x * x * x;
  const l3 = cube(L + 0.3963377774 * a + 0.2158037573 * b);
  const m3 = cube(L - 0.1055613458 * a - 0.0638541728 * b);
  const s3 = cube(L - 0.0894841775 * a - 1.291485548 * b);
  const linear = [
    4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  ];
  const gamma = (x) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
  const opacity = alpha.endsWith("%") ? parseFloat(alpha) / 100 : Number(alpha);
  return [...linear.map((x) => 255 * Math.min(1, Math.max(0, gamma(Math.max(0, x))))), opacity];
}

function asText([r, g, b, alpha]) {
  const whole = [r, g, b].map(Math.round);
  return alpha === 1 ? `rgb(${whole.join(",")})` : `rgba(${whole.join(",")},${Number(alpha.toFixed(3))})`;
}
