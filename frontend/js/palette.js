import { close, open } from "./dialogs.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

// Ctrl-K. The server answers with links; here they get their places, and the keys walk them. What an input method still
// composes is not searched for, and its Enter chooses the word, not the option.
const dialog = document.getElementById("palette");
if (dialog) {
  const field = dialog.querySelector("input"), list = dialog.querySelector("[role=listbox]");
  let asked = null, timer = 0, chosen = -1, pending = false;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const composing = (event) => event.isComposing || event.keyCode === 229;

  function choose(place) {
    const all = options();
    chosen = all.length ? (place + all.length) % all.length : -1;
    all.forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
    if (chosen < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  }

  function show(html) {
    list.innerHTML = html;
    options().forEach((option, number) => Object.assign(option, { id: `palette-${number}`, tabIndex: -1 }));
    choose(0);
    if (pending) { pending = false; go(); }
  }

  async function ask() {
    if (asked) asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const answer = await fetch(`${dialog.dataset.from}?q=${encodeURIComponent(field.value)}`, { signal });
      if (answer.redirected) { close(dialog); return toast(say("signed_out"), "error"); }
      if (!answer.ok) throw new Error("palette");
      const html = await answer.text();
      asked = null;
      show(html);
    } catch (error) {
      if (error.name === "AbortError") return;
      asked = null;
      pending = false;
      toast(say("offline"), "error");
    }
  }

  function go() {
    const option = options()[chosen];
    if (option) option.click();
  }

  function begin() {
    field.value = "";
    list.textContent = "";
    pending = false;
    open(dialog);
    field.focus();
    ask();
  }

  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) close(dialog);
    else if (!document.querySelector("dialog[open]")) begin();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette]")) begin(); });

  const later = () => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; ask(); }, 120); };
  field.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  field.addEventListener("compositionend", later);
  field.addEventListener("keydown", (event) => {
    if (composing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(chosen + step); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!timer && !asked) return go();
    pending = true; // the answer to what was typed last is still on its way
    if (timer) { clearTimeout(timer); timer = 0; ask(); }
  });
}
