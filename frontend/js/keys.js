import { open } from "./dialogs.js";

// Shortcuts are declared where they act: data-key="g h" on a link, button or field, data-key-words for the help page.
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
let before = "", timer = 0;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return closeMenus();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") return help(event);
  const pressed = before ? `${before} ${event.key}` : event.key;
  clearTimeout(timer);
  before = "";
  const target = find(pressed);
  if (target) { event.preventDefault(); return act(target); }
  if (declared().some((element) => element.dataset.key.startsWith(`${event.key} `))) {
    before = event.key;
    timer = setTimeout(() => { before = ""; }, 1200);
  }
});

const declared = () => [...document.querySelectorAll("[data-key]")];
const find = (keys) => declared().find((element) => element.dataset.key === keys && !element.disabled);

function act(element) {
  if (typing(element)) element.focus();
  else element.click();
}

function help(event) {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  event.preventDefault();
  fill(dialog);
  open(dialog);
}

function fill(dialog) {
  const list = dialog.querySelector("[data-own-keys]");
  const known = new Set();
  list.textContent = "";
  const ofPage = (element) => Number(!element.closest("main"));
  for (const element of declared().sort((one, other) => ofPage(one) - ofPage(other))) {
    const { key, keyWords } = element.dataset;
    if (known.has(key)) continue;
    known.add(key);
    const term = document.createElement("dt");
    for (const part of key.split(" ")) term.append(Object.assign(document.createElement("kbd"), { textContent: part }), " ");
    const words = keyWords || element.getAttribute("aria-label") || element.textContent.trim();
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest('[data-opens="keys"]');
  if (opener) fill(document.getElementById("keys"));
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
}, true);

function closeMenus() {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// One menu at a time; leaving it with Tab closes it.
document.addEventListener("focusin", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

// Enter that only confirms an input method's word does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
}, true);
