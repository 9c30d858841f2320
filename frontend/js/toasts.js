import { say } from "./words.js";

const SECONDS = { success: 6, info: 8, warning: 15 }; // an error stays until it is read

export function toast(sentence, kind = "info") {
  const pattern = document.getElementById("toast-pattern");
  const list = document.getElementById("toasts");
  if (!pattern || !list || !sentence) return null;
  const note = pattern.content.firstElementChild.cloneNode(true);
  note.classList.add(kind);
  note.dataset.kind = kind;
  note.querySelector(".words").textContent = sentence;
  list.append(note);
  leaveInTime(note);
  return note;
}

function leaveInTime(note) {
  const seconds = SECONDS[note.dataset.kind];
  if (!seconds) return;
  let timer = setTimeout(() => note.remove(), seconds * 1000);
  note.addEventListener("mouseenter", () => clearTimeout(timer));
  note.addEventListener("focusin", () => clearTimeout(timer));
  note.addEventListener("mouseleave", () => { timer = setTimeout(() => note.remove(), 3000); });
}

document.addEventListener("click", (event) => {
  const close = event.target.closest(".toast-note .close");
  if (close) close.closest(".toast-note").remove();
});
document.querySelectorAll(".toast-note").forEach(leaveInTime);

// A request that htmx could not complete: the refused page carries the sentence.
document.addEventListener("htmx:responseError", ({ detail }) => {
  const page = new DOMParser().parseFromString(detail.xhr.responseText || "", "text/html");
  const sentence = page.querySelector("[data-sentence]");
  toast(sentence ? sentence.textContent.trim() : say("failed"), "error");
});
document.addEventListener("htmx:sendError", () => toast(say("offline"), "error"));
document.addEventListener("htmx:timeout", () => toast(say("offline"), "error"));
document.addEventListener("toast", ({ detail }) => toast(detail.sentence, detail.kind)); // HX-Trigger: {"toast": {…}}
