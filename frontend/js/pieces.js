import { say } from "./words.js";

// Tabs within a page: [role=tablist] of buttons with aria-controls.
function show(tab) {
  for (const other of tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab) show(tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest && event.target.closest('[role="tab"]');
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  show(next);
  next.focus();
});
document.querySelectorAll('[role="tab"][aria-selected="true"]').forEach(show);

// Show the password while it is typed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveals]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveals);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  button.setAttribute("aria-pressed", String(hidden));
});

// Of a row that is wider than the phone, the place where one stands is in view.
for (const here of document.querySelectorAll(":is(.wizard-steps, .tabs, .chips) [aria-current]")) {
  const row = here.closest("ol, nav");
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// File drop: what was picked, and what the server would refuse anyway.
const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

document.addEventListener("change", (event) => {
  const drop = event.target.closest(".file-drop");
  if (!drop) return;
  const list = drop.parentElement.querySelector(".file-list");
  const most = Number(drop.dataset.mostBytes || Infinity);
  list.textContent = "";
  for (const file of event.target.files) {
    const line = document.createElement("li");
    line.append(file.name);
    const note = Object.assign(document.createElement("span"), { className: "size", textContent: size(file.size) });
    if (file.size > most) {
      note.className = "size refused";
      note.textContent = say("too_big", { size: size(most) });
    }
    line.append(note);
    list.append(line);
  }
});
for (const [name, over] of [["dragenter", true], ["dragleave", false], ["drop", false]])
  document.addEventListener(name, (event) => {
    const drop = event.target.closest && event.target.closest(".file-drop");
    if (drop) drop.classList.toggle("is-over", over);
  });

// Copy a text such as a ticket's number or the recovery codes.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button || !navigator.clipboard) return;
  const source = document.getElementById(button.dataset.copies);
  await navigator.clipboard.writeText(source.dataset.text || source.innerText);
  document.dispatchEvent(new CustomEvent("toast", { detail: { sentence: say("copied"), kind: "success" } }));
});
document.addEventListener("click", (event) => { if (event.target.closest("[data-prints]")) window.print(); });

// On a phone the filters would fill the screen: folded until wanted, unless they are what made this page.
if (matchMedia("(max-width: 767.98px)").matches && location.search.length < 2)
  document.querySelectorAll(".filter-box:not([data-in-use])").forEach((box) => { box.open = false; });

// What was refused is in view: the first field that needs another word, or the sentence above them all.
const wrong = "main form :is(.is-invalid, [aria-invalid=true], .invalid-feedback.d-block, .alert-danger)";
const refused = [...document.querySelectorAll(wrong)].find((element) => element.offsetParent);
if (refused) {
  refused.scrollIntoView({ block: "center" });
  refused.focus({ preventScroll: true });
}
