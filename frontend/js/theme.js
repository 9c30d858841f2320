// Loaded before the first paint: the colours follow the device where the person chose so, without a flash.
const root = document.documentElement;
const device = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const wanted = root.dataset.theme || "system";
  root.dataset.bsTheme = wanted === "system" ? (device.matches ? "dark" : "light") : wanted;
}

apply();
device.addEventListener("change", apply);
root.classList.add("js");
