// While the device is in somebody else's hands, a page that the browser kept for its back button asks anew.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && /(^|; )handed=1/.test(document.cookie)) location.reload();
});
