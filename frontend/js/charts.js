import { init, use } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

// <figure data-chart="line|bar"> holds a table: first column the axis, each further column a series. data-target draws a line.
const drawn = new Map();
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function read(table) {
  const cells = (row) => [...row.cells].map((cell) => cell.textContent.trim());
  const [, ...names] = cells(table.tHead.rows[0]);
  const rows = [...table.tBodies[0].rows].map(cells);
  const number = (text) => (/\d/.test(text) ? Number(text.replace(/[^\d.-]/g, "")) : null);
  return { axis: rows.map((row) => row[0]), series: names.map((name, i) => ({ name, data: rows.map((row) => number(row[i + 1])) })) };
}

function options(figure) {
  const { axis, series } = read(figure.querySelector("table"));
  const [ink, line] = [token("--ink-faint"), token("--line")];
  const hues = [token("--accent-ink"), token("--ink-faint"), token("--paused-line")];
  const target = Number(figure.dataset.target);
  return {
    animation: false,
    textStyle: { fontFamily: token("--letters"), color: ink },
    color: hues,
    grid: { left: 8, right: 16, top: series.length > 1 ? 36 : 16, bottom: 4, containLabel: true },
    legend: series.length > 1 ? { top: 0, left: 0, padding: [2, 0], textStyle: { color: ink }, itemHeight: 8, itemWidth: 14 } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: token("--raised"), borderColor: token("--line-strong"), textStyle: { color: token("--ink") } },
    xAxis: { type: "category", data: axis, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true } },
    yAxis: { type: "value", scale: figure.dataset.closeUp !== undefined, splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink } },
    series: series.map((one, i) => ({
      ...one, type: figure.dataset.chart, barMaxWidth: 28, symbolSize: 6, lineStyle: { width: 2, type: i ? "dashed" : "solid" },
      markLine: !i && figure.dataset.target ? { silent: true, symbol: "none", data: [{ yAxis: target }], lineStyle: { color: token("--ink-faint"), type: "dotted" }, label: { color: ink, formatter: figure.dataset.targetWords || "" , position: "insideEndTop" } } : undefined,
    })),
  };
}

function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  if (!canvas) return;
  if (!drawn.has(figure)) {
    canvas.hidden = false;
    drawn.set(figure, init(canvas, null, { renderer: "canvas" }));
    const details = figure.querySelector("details");
    if (details) details.open = false;
  }
  drawn.get(figure).setOption(options(figure), true);
}

window.drawCharts = () => {
  for (const [figure, chart] of drawn) if (!figure.isConnected) { chart.dispose(); drawn.delete(figure); }
  document.querySelectorAll("figure[data-chart]").forEach(draw);
};
// A word's width is measured once and kept: wait for the letters it is measured in.
Promise.resolve(window.lettersArrive)
  .then(() => document.fonts.load(`12px ${token("--letters")}`, document.querySelector("figure[data-chart]").textContent))
  .then(window.drawCharts, window.drawCharts);
new MutationObserver(window.drawCharts).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));

// A closed <details> prints as closed: on paper the table is what counts.
matchMedia("print").addEventListener("change", ({ matches }) => {
  for (const figure of drawn.keys()) {
    const details = figure.querySelector("details");
    if (details) details.open = matches;
  }
});
