import { say } from "./words.js";
import { toast } from "./toasts.js";

// Passkeys and security keys. A form with data-passkey="create|get" holds a hidden field `credential`.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const ids = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));

async function create({ publicKey }, passwordless) {
  const choice = { ...publicKey.authenticatorSelection };
  choice.residentKey = passwordless ? "required" : "discouraged";
  choice.requireResidentKey = passwordless;
  if (passwordless) choice.userVerification = "required";
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey,
    challenge: decode(publicKey.challenge),
    user: { ...publicKey.user, id: decode(publicKey.user.id) },
    excludeCredentials: ids(publicKey.excludeCredentials),
    authenticatorSelection: choice,
  } });
  return wire(made, {
    attestationObject: encode(made.response.attestationObject),
    transports: made.response.getTransports ? made.response.getTransports() : [],
  });
}

async function get({ publicKey }) {
  const given = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: decode(publicKey.challenge), allowCredentials: ids(publicKey.allowCredentials),
  } });
  return wire(given, {
    authenticatorData: encode(given.response.authenticatorData),
    signature: encode(given.response.signature),
    userHandle: given.response.userHandle ? encode(given.response.userHandle) : null,
  });
}

function wire(credential, response) {
  return {
    type: credential.type, id: credential.id, rawId: encode(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { clientDataJSON: encode(credential.response.clientDataJSON), ...response },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(form) {
  if (form.dataset.optionsFrom) return JSON.parse(document.getElementById(form.dataset.optionsFrom).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("options");
  return answer.json();
}

async function use(form, button) {
  button.classList.add("is-busy");
  try {
    const data = await options(form);
    const passwordless = form.querySelector("input[name=passwordless]");
    const credential = form.dataset.passkey === "create"
      ? await create(data.creation_options, Boolean(passwordless && passwordless.checked))
      : await get(data.request_options);
    form.querySelector("input[name=credential]").value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    button.classList.remove("is-busy");
    toast(say(error.name === "InvalidStateError" ? "passkey_known" : "passkey_failed"), "error");
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const buttons = [...form.querySelectorAll("[type=submit]"), ...document.querySelectorAll(`[form="${form.id}"][type=submit]`)];
  for (const button of new Set(buttons)) {
    if (!window.PublicKeyCredential) {
      button.disabled = true;
      button.title = say("passkey_unknown");
    }
    button.addEventListener("click", (event) => { event.preventDefault(); use(form, button); });
  }
}
