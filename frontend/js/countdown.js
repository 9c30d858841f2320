import { say } from "./words.js";

// The same arithmetic as servicedesk/ui/due.py; the browser's own clock only measures how long the page stood open.
const HOUR = 3600, SOON = 3600, CLOSE = 900, HALF = 0.5, FIFTH = 0.2;
const arrived = new WeakMap();

export function stateOf(seconds, whole = 0) {
  const [soon, close] = whole ? [whole * HALF, whole * FIFTH] : [SOON, CLOSE];
  if (seconds < 0) return "over";
  if (seconds <= close) return "close";
  return seconds <= soon ? "soon" : "calm";
}

export function wordsFor(seconds) {
  if (seconds < 0) return overdue(-seconds);
  if (seconds >= HOUR) return "";
  const minutes = Math.floor(seconds / 60);
  return minutes ? say("left_minutes", { minutes, seconds: seconds % 60 }) : say("left_seconds", { seconds });
}

function overdue(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (!minutes) return say("over_seconds", { seconds });
  if (!hours) return say("over_minutes", { minutes });
  const clock = [hours % 24, minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return say(days ? "over_days" : "over_hours", { days, clock });
}

function tick() {
  if (document.hidden) return;
  for (const chip of document.querySelectorAll(".countdown[data-due-at]:not([data-paused])")) {
    if (!arrived.has(chip)) arrived.set(chip, performance.now());
    const now = Number(chip.dataset.now) + performance.now() - arrived.get(chip);
    const seconds = Math.floor((Number(chip.dataset.dueAt) - now) / 1000);
    const words = wordsFor(seconds);
    const place = chip.querySelector(".words");
    if (words && place.textContent !== words) place.textContent = words;
    const state = stateOf(seconds, Number(chip.dataset.whole || 0));
    if (chip.dataset.state !== state) chip.dataset.state = state;
  }
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
tick();
