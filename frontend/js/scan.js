// The page behind a sticker, on a bad network: what was sent once is kept until the server has it, and is one ticket
// however often it is pressed. Without this script the form is a plain form.
const form = document.getElementById("report");
const AGAIN = [2000, 4000, 8000, 15000, 30000];
const WIDEST = 1600, GONE = 410;

const store = {
  name: () => `report:${form.dataset.key}`,
  read() { try { return JSON.parse(localStorage.getItem(this.name())); } catch (error) { return null; } },
  // A photo too large for the store is left out rather than losing the report.
  keep(report) {
    for (const version of [report, { ...report, photo: "" }])
      try { return localStorage.setItem(this.name(), JSON.stringify(version)); } catch (error) { /* full, or forbidden */ }
  },
  drop() { try { localStorage.removeItem(this.name()); } catch (error) { /* nothing was kept */ } },
};
const own = {
  read() { try { return JSON.parse(localStorage.getItem("reporter")) || {}; } catch (error) { return {}; } },
  keep(person) { try { localStorage.setItem("reporter", JSON.stringify(person)); } catch (error) { /* asked again next time */ } },
};

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

function smaller(file) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onerror = () => done("");
    reader.onload = () => {
      const picture = new Image();
      picture.onerror = () => done("");
      picture.onload = () => {
        const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
        const paper = document.createElement("canvas");
        paper.width = Math.round(picture.width * scale);
        paper.height = Math.round(picture.height * scale);
        paper.getContext("2d").drawImage(picture, 0, 0, paper.width, paper.height);
        done(paper.toDataURL("image/jpeg", 0.8));
      };
      picture.src = reader.result;
    };
    reader.readAsDataURL(file);
  });
}

function asFile(address) {
  const bytes = atob(address.split(",")[1]);
  return new Blob([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))], { type: "image/jpeg" });
}

const kept = document.getElementById("kept");
const send = form && form.querySelector(".send");
let running = false, tries = 0, timer = 0;

function busy(is) {
  running = is;
  send.setAttribute("aria-disabled", String(is));
  send.firstElementChild.textContent = is ? send.dataset.busy : send.dataset.words;
}

function showErrors(errors) {
  form.querySelectorAll("[data-errors]").forEach((line) => {
    const found = errors[line.dataset.errors];
    line.hidden = !found;
    line.textContent = found ? found[0] : "";
    if (found && line.closest("details")) line.closest("details").open = true;
  });
  const first = form.querySelector("[data-errors]:not([hidden])");
  if (first) first.scrollIntoView({ block: "center" });
}

async function freshToken() {
  const page = await (await fetch(location.href, { cache: "no-store" })).text();
  const token = new DOMParser().parseFromString(page, "text/html").querySelector("#report [name=csrfmiddlewaretoken]");
  if (token) form.csrfmiddlewaretoken.value = token.value;
}

async function post(report) {
  const body = new FormData();
  for (const [name, value] of Object.entries(report)) if (name !== "photo" && value) body.append(name, value);
  if (report.photo) body.append("photo", asFile(report.photo), "photo.jpg");
  body.append("csrfmiddlewaretoken", form.csrfmiddlewaretoken.value);
  return fetch(form.action || location.href, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
}

async function deliver(report) {
  if (running) return;
  clearTimeout(timer);
  busy(true);
  try {
    let answer = await post(report);
    if (answer.status === 403) { await freshToken(); answer = await post(report); }
    if (answer.status >= 500) throw new Error("later");
    const said = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    if (said.to || said.errors || answer.status === GONE) store.drop();
    if (said.to) return location.assign(said.to);
    if (answer.status === GONE) return location.reload(); // revoked since: the page says what to do
    busy(false);
    kept.hidden = true;
    if (said.errors) form.submission.value = newKey();
    showErrors(said.errors || { __all__: [form.dataset.failed] }); // no cookies, or too large: it stays, and is tried anew
    document.getElementById("patient").hidden = !said.patient;
    send.hidden = Boolean(said.patient);
  } catch (error) {
    busy(false);
    kept.hidden = false;
    kept.scrollIntoView({ block: "center" });
    timer = setTimeout(() => deliver(report), AGAIN[Math.min(tries++, AGAIN.length - 1)]);
  }
}

if (form) {
  send.dataset.words = send.firstElementChild.textContent;
  const known = own.read();
  for (const name of ["name", "phone"]) if (known[name] && (name === "name" || !form[name].value)) form[name].value = known[name];
  // On a phone that several share it is seen as whom one reports.
  const who = () => { form.querySelector("[data-who]").textContent = form.name.value ? ` · ${form.name.value}` : ""; };
  who();
  form.name.addEventListener("input", who);
  form.words.addEventListener("input", () => { send.hidden = false; document.getElementById("patient").hidden = true; });
  form.photo.addEventListener("change", () => {
    if (form.photo.files[0]) form.querySelector("[data-photo]").textContent = form.photo.files[0].name;
  });
  // Of several systems only the chosen one's numbers are to be called.
  const numbers = document.querySelectorAll("[data-desk]:not(input)");
  const callOf = () => {
    const system = form.querySelector("[name=system]:checked");
    numbers.forEach((one) => { one.hidden = Boolean(system) && one.dataset.desk !== system.dataset.desk; });
  };
  form.addEventListener("change", callOf);
  callOf();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    const answer = event.submitter && event.submitter.name === "patient_data" ? event.submitter.value : "";
    const waiting = store.read();
    if (waiting && !answer && waiting.submission === form.submission.value) return deliver(waiting);
    busy(true);
    const photo = form.photo.files[0] ? await smaller(form.photo.files[0]) : "";
    busy(false);
    const chosen = (name) => { const one = form.querySelector(`[name=${name}]:checked`); return one ? one.value : ""; };
    const report = {
      submission: form.submission.value, system: chosen("system"), symptom: chosen("symptom"), halts_care: form.halts_care.checked ? "on" : "",
      words: form.words.value, name: form.name.value, phone: form.phone.value, patient_data: answer, photo,
    };
    own.keep({ name: report.name, phone: report.phone });
    if (report.symptom && (report.system || !form.querySelector("[name=system]"))) store.keep(report);
    deliver(report);
  });
  const waiting = store.read();
  if (waiting) { kept.hidden = false; deliver(waiting); }
  window.addEventListener("online", () => { const report = store.read(); if (report) deliver(report); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { form.submission.value = newKey(); busy(false); } });
}

// One's own report, live: asked for again while somebody is looking.
const live = document.getElementById("live");
if (live)
  setInterval(async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    try {
      const answer = await fetch(live.dataset.live, { cache: "no-store" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.body.textContent.trim() !== live.textContent.trim()) live.replaceChildren(...page.body.childNodes);
    } catch (error) { /* the next one */ }
  }, 5000);
