// A form with data-keeps="name" is not lost with its session: what was typed stays in this tab until it was taken, and
// comes back into the empty fields. The name holds who is writing, so that nobody finds another's words.
const PREFIX = "kept:";
const TYPED = "input[type=text][name], input:not([type])[name], textarea[name]";

function read(name) { try { return JSON.parse(sessionStorage.getItem(PREFIX + name)); } catch (error) { return null; } }
function write(name, kept) { try { sessionStorage.setItem(PREFIX + name, JSON.stringify(kept)); } catch (error) { /* full */ } }

const forms = [...document.querySelectorAll("form[data-keeps]")];
for (const form of forms) {
  const name = form.dataset.keeps;
  const kept = (read(name) || {}).fields || {};
  for (const field of form.querySelectorAll(TYPED)) if (!field.value && kept[field.name]) field.value = kept[field.name];
  const keep = (sent) => {
    const fields = Object.fromEntries([...form.querySelectorAll(TYPED)].map((field) => [field.name, field.value]));
    write(name, { fields, sent });
  };
  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", () => keep(true));
}

// Sent, and now on another page than the form or the sign-in: it was taken.
if (!forms.length && !location.pathname.startsWith("/accounts/"))
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX) && (read(key.slice(PREFIX.length)) || {}).sent) sessionStorage.removeItem(key);
