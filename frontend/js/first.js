// What a field marked data-first fetches belongs to its form: pressed before that is there, the form goes once it is, and
// only if it is filled in then.
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  const field = form.querySelector("[data-first].htmx-request");
  if (!field) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.waits) return;
  form.dataset.waits = "1";
  if (button) button.classList.add("is-busy");
  field.addEventListener("htmx:afterRequest", () => {
    delete form.dataset.waits;
    if (button) button.classList.remove("is-busy");
    setTimeout(() => form.requestSubmit(button || undefined), 50); // settled
  }, { once: true });
}, true);
