// <dialog>, and where a browser has none: the same element, opened as a plain block.
export function open(dialog) {
  if (!dialog || dialog.open) return;
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
}

export function close(dialog) {
  if (dialog.close) dialog.close();
  else dialog.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    const menu = opener.closest("details[open]");
    if (menu) menu.open = false;
    open(document.getElementById(opener.dataset.opens));
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) close(closer.closest("dialog"));
  if (event.target.tagName === "DIALOG" && event.target.dataset.light !== undefined) close(event.target);
});

// data-confirm="Close this department?" on a form or its button; without a script the form is simply sent.
const ask = document.getElementById("confirm");
let waiting = null;

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const question = (button && button.dataset.confirm) || event.target.dataset.confirm;
  if (!question || !ask || event.target.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting = { form: event.target, button };
  ask.querySelector("[data-question]").textContent = question;
  const yes = ask.querySelector("[data-yes]");
  yes.textContent = (button && (button.dataset.verb || button.textContent.trim())) || yes.textContent;
  const isGrave = button && button.classList.contains("btn-danger");
  yes.classList.toggle("btn-danger", Boolean(isGrave));
  yes.classList.toggle("btn-primary", !isGrave);
  open(ask);
}, true);

if (ask) {
  ask.querySelector("[data-yes]").addEventListener("click", () => {
    close(ask);
    const { form, button } = waiting || {};
    if (!form) return;
    form.dataset.confirmed = "1";
    if (form.requestSubmit) form.requestSubmit(button || undefined);
    else form.submit();
    delete form.dataset.confirmed;
  });
}
