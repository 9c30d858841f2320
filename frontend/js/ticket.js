import htmx from "htmx.org";
import { close, open } from "./dialogs.js";
import { restore } from "./drafts.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

// An act's form opens over the ticket; without a script it is a page of its own.
const over = () => document.getElementById("act");
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = over();
  if (!dialog || event.target.id !== "act-form") return;
  event.target.querySelectorAll("form[data-draft]").forEach(restore);
  open(dialog);
  const first = event.target.querySelector("[autofocus]");
  if (first) first.focus();
});
document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-closes-act]"), dialog = over();
  if (!closer || !dialog || !dialog.contains(closer)) return;
  event.preventDefault();
  close(dialog);
});

// Ctrl-Enter sends what one is in.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("form");
  if (form && form.requestSubmit) { event.preventDefault(); form.requestSubmit(); }
});

// A tab of the composer leads to where one writes.
document.addEventListener("click", (event) => {
  const tab = event.target.closest(".composer [role=tab]");
  if (!tab) return;
  const panel = document.getElementById(tab.getAttribute("aria-controls"));
  const field = panel.querySelector("textarea, a.offer, button.offer");
  if (field) field.focus();
});

// From the line at the top to all that can be done.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens-tab]");
  const tab = opener && document.getElementById(opener.dataset.opensTab);
  if (!tab) return;
  event.preventDefault();
  tab.click();
  tab.scrollIntoView({ block: "start" });
});

// Who else is here, and whether something changed: a few bytes, so often that a change elsewhere
// shows within two seconds, while the page is looked at.
const page = document.getElementById("ticket");
const BEAT = 1700, TYPING = 6000;
let typed = 0;
document.addEventListener("input", (event) => { if (event.target.closest("form[data-draft]")) typed = Date.now(); });

async function ask() {
  if (document.hidden) return;
  const typing = typed && Date.now() - typed < TYPING ? "?typing=1" : "";
  try {
    const answer = await fetch(page.dataset.pulse + typing, { headers: { "X-By-Itself": "1" } });
    if (answer.ok && (answer.headers.get("Content-Type") || "").includes("json")) hear(await answer.json());
  } catch { /* no connection: the next one may have it */ }
}

function hear({ version, me, here, token }) {
  document.querySelector('meta[name="csrf-token"]').content = token;
  document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((field) => { field.value = token; });
  if (me !== page.dataset.me && !page.dataset.foreign) {
    page.dataset.foreign = "1"; // signed in as somebody else in another tab: nothing is sent in the wrong name
    toast(say("somebody_else"), "error");
  }
  document.getElementById("changed-elsewhere").hidden = String(version) === page.dataset.version;
  const place = document.getElementById("presence");
  if (place) place.textContent = here.map(({ name, typing }) => say(typing ? "is_typing" : "is_here", { name })).join(" · ");
}

document.addEventListener("submit", (event) => {
  if (!page || !page.dataset.foreign || event.target.method === "get") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(say("somebody_else"), "error");
}, true);

// What is new comes into the page; what is being written stays as it is.
async function showNews() {
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || answer.redirected) return toast(say("offline"), "error");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const found = fresh.getElementById(part.id);
    if (!found) continue;
    found.hidden = part.hidden;
    part.replaceWith(found);
    htmx.process(found);
  }
  page.dataset.version = fresh.getElementById("ticket").dataset.version;
  const sent = fresh.querySelector("#panel-reply form");
  for (const name of ["seen", "since"]) {
    const field = document.querySelector(`#panel-reply input[name=${name}]`);
    if (field && sent) field.value = sent.elements[name].value;
  }
  document.getElementById("changed-elsewhere").hidden = true;
}

if (page) {
  document.querySelector("[data-shows-news]").addEventListener("click", showNews);
  setInterval(ask, BEAT);
  ask();
}
