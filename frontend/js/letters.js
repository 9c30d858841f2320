// Our own Chinese letters only where the system has none; a font that is there changes the width of a word.
const paper = document.createElement("canvas").getContext("2d");
const width = (family) => { paper.font = `32px ${family}`; return paper.measureText("mW药药ijl").width; };
const has = (name) => width(`"${name}", monospace`) !== width("monospace") || width(`"${name}", serif`) !== width("serif");
const known = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "HarmonyOS Sans SC"];
if (!known.some(has)) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: document.querySelector("script[data-fonts]").dataset.fonts });
  window.lettersArrive = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  document.head.append(sheet);
}
