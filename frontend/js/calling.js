// Whoever dials from the page has the moment of the call: it goes into the form, and one press writes it down. It is
// counted from the moment the server gave, so that a clock of the device that is wrong does not matter.
document.addEventListener("click", (event) => {
  const form = document.querySelector("form[data-call]");
  const dialled = event.target instanceof Element && event.target.closest('a[href^="tel:"]');
  if (!form || !dialled || form.called_at.dataset.dialled) return;
  const opened = new Date(`${form.called_at.defaultValue}Z`).getTime();
  if (Number.isNaN(opened)) return;
  form.called_at.value = new Date(opened + performance.now()).toISOString().slice(0, 19);
  form.called_at.dataset.dialled = "yes";
  const press = form.querySelector("[data-dialled]");
  press.value = "then";
  press.lastElementChild.textContent = press.dataset.dialled;
});
