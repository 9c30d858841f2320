// The signature pad: whatever points (finger, pen, mouse) draws lines of whole numbers in a box of 600 × 240.
const WIDTH = 600, HEIGHT = 240, NEAR = 3, MOST = 4000;

function read(text) {
  return (text.match(/M[^M]+/g) || []).map((line) => line.slice(1).split("L").map((pair) => pair.split(" ").map(Number)));
}

function write(lines) {
  return lines.map((line) => "M" + line.map((point) => point.join(" ")).join("L")).join("");
}

function pad(root) {
  const paper = root.querySelector("canvas"), field = root.querySelector("input");
  let lines = read(field.value), line = null, count = 0;

  function draw() {
    const ratio = window.devicePixelRatio || 1, box = paper.getBoundingClientRect();
    paper.width = Math.round(box.width * ratio);
    paper.height = Math.round(box.height * ratio);
    const pen = paper.getContext("2d");
    pen.scale(paper.width / WIDTH, paper.height / HEIGHT);
    pen.lineWidth = 3.5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(paper).color;
    for (const each of lines) {
      pen.beginPath();
      pen.moveTo(...each[0]);
      for (const point of each) pen.lineTo(...point);
      pen.stroke();
    }
    root.classList.toggle("is-signed", lines.length > 0);
  }

  function keep() {
    field.value = write(lines);
    draw();
  }

  function at(event) {
    const box = paper.getBoundingClientRect();
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value * most)));
    return [within((event.clientX - box.left) / box.width, WIDTH), within((event.clientY - box.top) / box.height, HEIGHT)];
  }

  paper.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || line) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    line = [at(event)];
    lines.push(line);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!line || count > MOST) return;
    const seen = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const each of seen.length ? seen : [event]) {
      const point = at(each), last = line[line.length - 1];
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR) continue;
      line.push(point);
      count += 1;
    }
    draw();
  });
  for (const name of ["pointerup", "pointercancel"])
    paper.addEventListener(name, () => { if (line) { line = null; keep(); } });
  root.querySelector("[data-clears]").addEventListener("click", () => { lines = []; count = 0; keep(); });
  window.addEventListener("resize", draw);
  draw();
}

function pads() {
  for (const root of document.querySelectorAll("[data-signature]:not([data-ready])")) {
    root.dataset.ready = "1";
    pad(root);
  }
}
pads();
document.addEventListener("htmx:afterSettle", pads);
