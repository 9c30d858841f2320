import "./dialogs.js";
import "./requests.js";
import "./toasts.js";
import "./keys.js";
import "./palette.js";
import "./countdown.js";
import "./pieces.js";
import "./queue.js";
import "./passkeys.js";
import "./drafts.js";
import "./ticket.js";
import "./mentions.js";
import "./signature.js";
import "./handed.js";
import "./keeps.js";
import "./calling.js";

const own = document.querySelector("script[data-fonts]").dataset;

// Our own Chinese letters only where the system has none; a font that is there changes the width of a word.
const paper = document.createElement("canvas").getContext("2d");
const width = (family) => { paper.font = `32px ${family}`; return paper.measureText("mW药药ijl").width; };
const has = (name) => width(`"${name}", monospace`) !== width("monospace") || width(`"${name}", serif`) !== width("serif");
const known = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "HarmonyOS Sans SC"];
if (!known.some(has)) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: own.fonts });
  window.lettersArrive = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  document.head.append(sheet);
}

// Charts come with a script of their own, and only to pages that show one.
function charts() {
  if (window.drawCharts) window.drawCharts();
  else if (document.querySelector("figure[data-chart]") && !document.getElementById("charts"))
    document.head.append(Object.assign(document.createElement("script"), { id: "charts", src: own.charts }));
}
charts();
document.addEventListener("htmx:afterSettle", charts);
