import "./first.js";
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
import "./later.js";
import "./mentions.js";
import "./signature.js";
import "./handed.js";
import "./keeps.js";
import "./calling.js";
import "./letters.js";

// Charts come with a script of their own, and only to pages that show one.
function charts() {
  if (window.drawCharts) window.drawCharts();
  else if (document.querySelector("figure[data-chart]") && !document.getElementById("charts"))
    document.head.append(Object.assign(document.createElement("script"), { id: "charts", src: document.querySelector("script[data-charts]").dataset.charts }));
}
charts();
document.addEventListener("htmx:afterSettle", charts);
