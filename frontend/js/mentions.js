// @ and the beginning of a name: those who can be mentioned, chosen by keys or finger. Without a script one types the name.
const page = document.getElementById("ticket");
const known = {};
let list = null, field = null, chosen = 0;

async function names(inside) {
  if (!known[inside]) known[inside] = fetch(page.dataset.names + (inside ? "?inside=1" : "")).then((answer) => answer.json()).then((found) => found.names).catch(() => []);
  return known[inside];
}

const begun = (text) => (/@([^\s@]{0,20})$/.exec(text) || [])[1];

async function look(event) {
  field = event.target;
  const start = begun(field.value.slice(0, field.selectionStart));
  if (start === undefined) return shut();
  const found = (await names(Boolean(field.closest(".is-note")))).filter((name) => name.startsWith(start)).slice(0, 6);
  shut();
  if (!found.length || found[0] === start) return;
  list = Object.assign(document.createElement("ul"), { className: "mention-list" });
  list.setAttribute("role", "listbox");
  for (const name of found) {
    const item = Object.assign(document.createElement("li"), { textContent: name });
    item.setAttribute("role", "option");
    item.addEventListener("mousedown", (press) => { press.preventDefault(); take(name); });
    list.append(item);
  }
  field.after(list);
  mark(0);
}

function mark(place) {
  chosen = (place + list.children.length) % list.children.length;
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
}

function take(name) {
  const end = field.selectionStart, before = field.value.slice(0, end);
  const start = before.length - begun(before).length;
  field.setRangeText(`${name} `, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  shut();
}

function shut() {
  if (list) list.remove();
  list = null;
}

if (page) {
  document.addEventListener("input", (event) => { if (event.target.matches(".composer textarea")) look(event); });
  document.addEventListener("focusout", (event) => { if (event.target === field) shut(); });
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].textContent);
    else if (event.key === "Escape") shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
