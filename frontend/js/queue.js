import htmx from "htmx.org";
import { toast } from "./toasts.js";

// The queue keeps itself up to date: it asks a few bytes whether it is still true, and fetches its list only if not.
const BEAT = 1700, WIDE = matchMedia("(min-width: 1100px)"), BY_ITSELF = { "X-By-Itself": "1" };
const queue = () => document.getElementById("queue");
const list = () => document.getElementById("queue-list");
const rows = () => [...document.querySelectorAll("#queue-list [data-ticket]")];
const chosen = () => document.querySelector("#queue-list .is-chosen");
const ticks = () => [...document.querySelectorAll('#queue-list input[name="ticket"]')];
const link = (row) => row.querySelector("a.title");
const isSplit = () => Boolean(queue() && queue().classList.contains("is-split") && WIDE.matches);

let asking = false;
async function beat() {
  if (asking || document.hidden || !list()) return;
  asking = true;
  try {
    const { pulse, mark } = list().dataset;
    const answer = await fetch(`${pulse}&known=${mark}`, { headers: BY_ITSELF, cache: "no-store" });
    const told = answer.status === 200 ? await answer.text() : "";
    if (/^[0-9a-f]{18}$/.test(told) && told !== mark) await renew();
  } catch { /* out of reach: the next beat asks again */ } finally { asking = false; }
}

async function renew() {
  const answer = await fetch(location.href, { headers: BY_ITSELF, cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("queue-list")) return;
  const before = new Map(rows().map((row) => [row.dataset.ticket, row.dataset.version]));
  const ticked = new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value));
  const current = chosen() && chosen().dataset.ticket;
  const focused = document.activeElement.closest && document.activeElement.closest("[data-ticket]");
  const held = focused && [focused.dataset.ticket, document.activeElement.matches("input") ? "input" : "a.title"];
  for (const part of ["queue-head", "queue-list"]) {
    const fresh = document.adoptNode(page.getElementById(part));
    document.getElementById(part).replaceWith(fresh);
    htmx.process(fresh);
  }
  for (const row of rows()) {
    const { ticket, version } = row.dataset, tick = row.querySelector('input[name="ticket"]');
    if (tick) tick.checked = ticked.has(ticket);
    if (ticket === current) mark(row);
    if (held && held[0] === ticket) row.querySelector(held[1]).focus({ preventScroll: true });
    if (before.get(ticket) !== version) flash(row);
  }
  hold();
}

// With something ticked, what can be done with it stays in reach; beside a ticket it is, and would cover it.
function hold() {
  const bar = document.getElementById("queue-acts");
  if (bar) bar.classList.toggle("is-held", !isSplit() && ticks().some((tick) => tick.checked));
}

function flash(row) {
  row.classList.add("changed");
  setTimeout(() => row.classList.remove("changed"), 2500);
}

function mark(row) {
  row.classList.add("is-chosen");
  row.setAttribute("aria-current", "true");
}

function choose(row) {
  const was = chosen();
  if (was) { was.classList.remove("is-chosen"); was.removeAttribute("aria-current"); }
  mark(row);
  row.scrollIntoView({ block: "nearest" });
  const next = document.getElementById("next-ticket");
  if (next) next.search = `?after=${row.dataset.ticket}`;
}

let later = 0;
function show(row, event, wait = 0) {
  clearTimeout(later);
  later = setTimeout(() => htmx.ajax("GET", link(row).href, {
    target: "#pane", select: "#content > *", swap: "innerHTML ignoreTitle:true", event,
  }), wait);
}

function step(by, event) {
  const all = rows(), place = all.indexOf(chosen());
  const row = all[place < 0 ? 0 : Math.min(all.length - 1, Math.max(0, place + by))];
  if (!row) return;
  choose(row);
  if (isSplit()) show(row, event, 200);
}

function open(event) {
  const row = chosen();
  if (!row) return;
  if (isSplit()) show(row, event);
  else link(row).click();
}

function split(button) {
  const is = queue().classList.toggle("is-split");
  button.setAttribute("aria-pressed", String(is));
  document.cookie = `queue_split=${is ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;
  if (is && !chosen()) step(0);
  else if (is) show(chosen());
}

document.addEventListener("click", (event) => {
  if (!queue()) return;
  const find = (selector) => event.target.closest(selector);
  if (find("[data-steps]")) step(Number(find("[data-steps]").dataset.steps), event);
  if (find("[data-opens-row]")) open(event);
  if (find("[data-splits]")) { split(find("[data-splits]")); hold(); }
  if (find("[data-ticks-row]") && chosen()) {
    const tick = chosen().querySelector('input[name="ticket"]');
    tick.checked = !tick.checked;
    hold();
  }
  const title = find("#queue-list a.title");
  if (!title || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  choose(title.closest("[data-ticket]"));
  if (isSplit()) { event.preventDefault(); show(chosen(), event); }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "tick-all") ticks().forEach((tick) => { tick.checked = event.target.checked; });
  if (queue()) hold();
});

// An act is for what is ticked; where nothing is, for the chosen row.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "queue-acts" || (event.submitter && event.submitter.dataset.confirm)) return;
  if (ticks().some((tick) => tick.checked)) return;
  if (chosen()) { chosen().querySelector('input[name="ticket"]').checked = true; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(form.dataset.empty, "warning");
}, true);

// What is done in the pane stays in the pane; the list hears of it at once.
document.addEventListener("htmx:load", ({ detail }) => {
  const pane = document.getElementById("pane");
  if (!pane || !pane.contains(detail.elt)) return;
  for (const form of pane.querySelectorAll('form[method="post"]:not([hx-post]):not([hx-boost])')) {
    form.setAttribute("hx-boost", "true");
    form.setAttribute("hx-push-url", "false");
    htmx.process(form);
  }
});
document.addEventListener("htmx:afterSettle", ({ detail }) => { if (detail.target && detail.target.id === "pane") beat(); });

setInterval(beat, BEAT);
document.addEventListener("visibilitychange", beat);
addEventListener("pageshow", hold); // back by the browser's button, the ticks are still there
if (queue() && isSplit()) step(0);
