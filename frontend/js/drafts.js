import { toast } from "./toasts.js";
import { say } from "./words.js";

// What is typed into form[data-draft] is on the server within two seconds, and nothing but sending takes it from there.
// Where the server can't be reached it waits in this tab, and is kept as soon as it can.
const PAUSE = 700;
const forms = new WeakMap();
const waits = (form) => `draft ${form.dataset.draftUrl} ${form.dataset.draft}`;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

function fieldsOf(form) {
  const data = new FormData(form);
  for (const name of ["csrfmiddlewaretoken", "seen", "since", "as"]) data.delete(name);
  return data;
}

const stateOf = (form) => {
  if (!forms.has(form)) forms.set(form, { timer: 0, saving: Promise.resolve(true), dirty: false, sent: false });
  return forms.get(form);
};

function tell(form, words) {
  const place = form.querySelector("[data-draft-state]");
  if (place) place.textContent = words;
}

async function post(form, data) {
  if (document.querySelector("#ticket[data-foreign]")) return { kept: false, sentence: say("somebody_else") };
  const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: data, headers: { "X-CSRFToken": token() } });
  if (!answer.redirected && (answer.headers.get("Content-Type") || "").includes("json")) return answer.json();
  const tooLong = [400, 413].includes(answer.status); // more than the server reads of any form
  return { kept: false, out: answer.redirected || answer.status === 403, sentence: tooLong ? say("too_long") : "" };
}

async function save(form) {
  const state = stateOf(form), data = fieldsOf(form);
  const written = JSON.stringify([...data]);
  data.append("kind", form.dataset.draft);
  state.dirty = false;
  let answer;
  try { answer = await post(form, data); } catch { answer = { kept: false }; }
  if (answer.kept) {
    sessionStorage.removeItem(waits(form));
    tell(form, say("draft_kept", { at: new Date().toTimeString().slice(0, 5) }));
  } else {
    state.dirty = !answer.sentence; // what is refused is not sent again and again
    sessionStorage.setItem(waits(form), written);
    tell(form, answer.sentence || say("draft_waits"));
  }
  return answer;
}

export function keep(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.saving = state.saving.then(() => (state.sent ? { kept: true } : save(form)));
  return state.saving;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest && event.target.closest("form[data-draft]");
  if (!form) return;
  const state = stateOf(form);
  state.dirty = true;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => keep(form), PAUSE);
});
// The server answers again: what waited in this tab is kept.
setInterval(() => {
  for (const form of document.querySelectorAll("form[data-draft]")) if (sessionStorage.getItem(waits(form)) && stateOf(form).dirty) keep(form);
}, 4000);

// Before a form goes, its words are safe; where they can't be, it stays here and says so.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-draft]") || form.dataset.safe) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.going) return;
  form.dataset.going = "1";
  const button = event.submitter;
  keep(form).then((answer) => {
    delete form.dataset.going;
    if (!answer.kept) return toast(answer.sentence || say(answer.out ? "signed_out" : "offline"), "error");
    stateOf(form).sent = true;
    form.dataset.safe = "1";
    if (form.requestSubmit) form.requestSubmit(button || undefined);
    else form.submit();
  });
}, true);

window.addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const state = stateOf(form);
    if (!state.dirty || state.sent) continue;
    const data = fieldsOf(form);
    data.append("kind", form.dataset.draft);
    data.append("csrfmiddlewaretoken", token());
    sessionStorage.setItem(waits(form), JSON.stringify([...fieldsOf(form)]));
    navigator.sendBeacon(form.dataset.draftUrl, data);
  }
});
// Back by the browser's button: a page from its memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-safe]")) { delete form.dataset.safe; stateOf(form).sent = false; }
});

export function restore(form) {
  const kept = sessionStorage.getItem(waits(form));
  if (!kept) return;
  for (const [name, text] of JSON.parse(kept)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = text;
  }
  stateOf(form).dirty = true;
  keep(form);
}
document.querySelectorAll("form[data-draft]").forEach(restore);
