import htmx from "htmx.org";
import { toast } from "./toasts.js";
import { say } from "./words.js";

// A form with data-keeps="name" is not lost with its session or its connection: what was typed and chosen stays in this
// tab until it was taken, and comes back. The name holds who is writing, so that nobody finds another's words.
const PREFIX = "kept:";
const TYPED = "input[type=text][name], input:not([type])[name], textarea[name]";
const CHOICES = "select[name]:not([hx-post]), input[type=radio][name]";
const KEPT = `${TYPED}, select[name], input[type=radio][name]:checked`;
const MOMENTS = "[data-moment][name]"; // when a form was opened, where that is what it proves

function read(name) { try { return JSON.parse(sessionStorage.getItem(PREFIX + name)); } catch (error) { return null; } }
function write(name, kept) { try { sessionStorage.setItem(PREFIX + name, JSON.stringify(kept)); } catch (error) { /* full */ } }

const valuesOf = (form, which) => Object.fromEntries([...form.querySelectorAll(which)].map(({ name, value }) => [name, value]));

// What was sent and had no answer goes out under its old number: it may have been taken. With another word it is another.
// Its moment stays that of the first press.
function keep(form, sent) {
  const number = form.elements.submission, { moments } = read(form.dataset.keeps) || {};
  if (number && !sent && form.dataset.fresh) number.value = form.dataset.fresh;
  write(form.dataset.keeps, {
    fields: valuesOf(form, KEPT), sent: sent && location.pathname, number: sent && number ? number.value : "",
    moments: sent ? valuesOf(form, MOMENTS) : moments,
  });
}

// Once, before anybody has touched the form. What the server gave back bears its moment already.
function goOn(form) {
  const kept = read(form.dataset.keeps) || {};
  if (form.dataset.answered !== undefined) return write(form.dataset.keeps, { ...kept, moments: undefined });
  for (const field of kept.moments ? form.querySelectorAll(MOMENTS) : []) field.value = kept.moments[field.name] || field.value;
  if (kept.sent) form.prepend(note("not_sent"));
}

function note(words) {
  const made = Object.assign(document.createElement("p"), { className: "alert alert-warning", textContent: say(words) });
  made.setAttribute("role", "status");
  return made;
}

// Whoever sees the form again has had no other answer: where they go from it says nothing of what they sent.
function seenAgain() {
  for (const { dataset } of forms) {
    const kept = read(dataset.keeps);
    if (kept && kept.sent) write(dataset.keeps, { ...kept, sent: false });
  }
}

function giveNumber(form, fields, old) {
  const field = form.elements.submission;
  if (!old || !field) return;
  if (field.value !== old) form.dataset.fresh = field.value;
  const isSame = [...form.querySelectorAll(KEPT)].every(({ name, value }) => value === fields[name]);
  field.value = isSame ? old : form.dataset.fresh || old;
}

const asked = new URLSearchParams(location.search); // what the link here says goes before

// Also what was taken out, and what was put in the place of what the page offers.
function fill(field, kept) {
  if (kept === undefined || asked.has(field.name)) return;
  if (field.type === "radio") field.checked = field.checked || field.value === kept;
  else if (field.options ? [...field.options].some(({ value }) => value === kept) : field.value === field.defaultValue)
    field.value = kept;
}

function restore(form) {
  const { fields, number: old } = read(form.dataset.keeps) || {};
  if (!fields || "answered" in form.dataset) return; // the server has said what stands in it
  const leads = form.querySelector("select[hx-post]"); // fetches what depends on it, which then comes here again
  if (leads && !leads.value) {
    fill(leads, fields[leads.name]);
    if (leads.value) leads.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const isSame = !leads || leads.value === fields[leads.name];
  for (const field of form.querySelectorAll(isSame ? `${TYPED}, ${CHOICES}` : TYPED)) fill(field, fields[field.name]);
  giveNumber(form, fields, old);
}

const forms = [...document.querySelectorAll("form[data-keeps]")];
for (const form of forms) {
  goOn(form);
  form.addEventListener("input", () => keep(form, false));
  let warned = false;
  form.addEventListener("submit", (event) => {
    const goes = navigator.onLine || warned; // a browser may be wrong about that: pressed again, it is tried
    keep(form, goes);
    if (goes) return;
    event.preventDefault(); // the browser's own page would stand in its place
    warned = true;
    const said = toast(say("offline"), "error");
    addEventListener("online", () => { warned = false; if (said) said.remove(); }, { once: true }); // it may lie above the button
  });
}
htmx.onLoad((part) => { for (const form of forms) if (part.contains(form) || form.contains(part)) restore(form); });

seenAgain();
addEventListener("pageshow", ({ persisted }) => { if (persisted) seenAgain(); });

const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
const sentFrom = (key) => (read(key.slice(PREFIX.length)) || {}).sent;

// The session ended while somebody wrote: they are told that it comes back.
if (location.pathname === "/accounts/login/" && keys().some(sentFrom)) document.querySelector("main form").before(note("comes_back"));

// Sent, and led to another page than the form or the sign-in: it was taken. Whoever came here another way, after a
// connection that broke, may not know.
const from = document.referrer && new URL(document.referrer).pathname;
if (!forms.length && !location.pathname.startsWith("/accounts/"))
  for (const key of keys()) if (from && sentFrom(key) === from) sessionStorage.removeItem(key);
