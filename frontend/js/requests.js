import "htmx.org";
import { toast } from "./toasts.js";
import { say } from "./words.js";

// The CSRF cookie is not readable by scripts; the token stands in the page.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) detail.headers["X-CSRFToken"] = token.content;
  if (!detail.triggeringEvent) detail.headers["X-By-Itself"] = "1"; // a page that only asks for news keeps no session open
});

// A session that ended answers with the sign-in page; that belongs into no corner of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!xhr.responseURL || !xhr.responseURL.includes("/accounts/login/")) return;
  event.preventDefault();
  if (requestConfig.triggeringEvent) toast(say("signed_out"), "error");
});

let running = 0;
const busy = (change) => {
  running = Math.max(0, running + change);
  document.documentElement.classList.toggle("htmx-busy", running > 0);
};
const asked = ({ detail }) => Boolean(detail.requestConfig && detail.requestConfig.triggeringEvent);
document.addEventListener("htmx:beforeRequest", (event) => { if (asked(event)) busy(1); });
document.addEventListener("htmx:afterRequest", (event) => { if (asked(event)) busy(-1); });

// A plain form says that it is on its way, and is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.matches("[hx-post],[hx-put],[hx-delete]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter || form.querySelector("button[type=submit], button:not([type])");
  if (button) button.classList.add("is-busy");
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
});
