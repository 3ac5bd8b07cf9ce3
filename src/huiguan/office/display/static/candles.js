// Candles that can be moved and read, in place of the server's drawing, over the same bars.
// Without this file, or without the library, the drawing stays.
import "./lightweight-charts.js";

const AGAIN_MS = 20000;
const { createChart, CandlestickSeries, HistogramSeries, LineSeries, LineStyle } = window.LightweightCharts;
const place = document.querySelector("[data-candles]");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Return the options that stand for the page's own colours. */
function look() {
  return {
    autoSize: true,
    layout: {
      attributionLogo: false, // it would set a style of its own; the page names the library in words
      background: { color: colour("--surface") },
      textColor: colour("--muted"),
      fontSize: 12,
      panes: { separatorColor: colour("--line") },
    },
    grid: { vertLines: { color: colour("--line") }, horzLines: { color: colour("--line") } },
    timeScale: { timeVisible: true, secondsVisible: false, borderColor: colour("--line") },
    rightPriceScale: { borderColor: colour("--line") },
    leftPriceScale: { visible: true, borderColor: colour("--line") },
    localization: { locale: document.documentElement.lang },
  };
}

/** Make room for the lines that are as near as the prices are wide. */
function near(found, said) {
  if (!found) return found;
  const { minValue, maxValue } = found.priceRange;
  const room = Math.max(maxValue - minValue, said.tick);
  const prices = said.lines.map(([, price]) => price)
    .filter((price) => price >= minValue - room && price <= maxValue + room);
  const priceRange = { minValue: Math.min(minValue, ...prices), maxValue: Math.max(maxValue, ...prices) };
  return { ...found, priceRange };
}

/** Put the series of a contract into a chart. */
function series(chart, said) {
  const [up, down, mark] = ["--up", "--down", "--mark"].map(colour);
  const surface = colour("--surface");
  const format = { type: "price", precision: said.decimals, minMove: said.tick };
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: surface, borderUpColor: up, wickUpColor: up, // hollow rises: colour is not alone
    downColor: down, borderDownColor: down, wickDownColor: down, priceFormat: format,
    autoscaleInfoProvider: (made) => near(made(), said),
  });
  const lots = { type: "price", precision: 0, minMove: 1 };
  const volume = chart.addSeries(HistogramSeries, { priceFormat: lots, priceLineVisible: false }, 1);
  const interest = chart.addSeries(LineSeries, {
    color: mark, lineWidth: 2, priceScaleId: "left", priceFormat: lots, priceLineVisible: false,
  }, 1);
  for (const [title, price] of said.lines) {
    candles.createPriceLine({
      price, title, color: colour("--accent"), lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: true,
    });
  }
  chart.panes()[1].setHeight(110);
  return { candles, volume, interest, up, down };
}

function fill({ candles, volume, interest, up, down }, bars) {
  candles.setData(bars.map(([time, open, high, low, close]) => ({ time, open, high, low, close })));
  volume.setData(bars.map(([time, open, , , close, value]) => ({ time, value, color: close < open ? down : up })));
  interest.setData(bars.map(([time, , , , , , value]) => ({ time, value })));
}

async function asked() {
  const answer = await fetch(`/bars/${place.dataset.candles}?minutes=${place.dataset.minutes}`).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

async function begin() {
  const said = await asked();
  if (!said?.bars.length) return;
  const label = place.querySelector("svg")?.getAttribute("aria-label") ?? "";
  const box = document.createElement("div");
  box.className = "candles";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  place.replaceChildren(box);
  delete place.dataset.chart; // live.js draws it no more
  const chart = createChart(box, look());
  const drawn = series(chart, said);
  let bars = said.bars;
  fill(drawn, bars);
  if (bars.length < 90) chart.timeScale().fitContent();
  document.addEventListener("huiguan:last", ({ detail }) => {
    const last = bars.at(-1);
    if (detail.contract !== place.dataset.candles || !last || !Number.isFinite(detail.price)) return;
    last[2] = Math.max(last[2], detail.price);
    last[3] = Math.min(last[3], detail.price);
    last[4] = detail.price;
    const [time, open, high, low, close] = last;
    drawn.candles.update({ time, open, high, low, close });
  });
  setInterval(async () => {
    const again = await asked();
    if (!again) return;
    bars = again.bars;
    fill(drawn, bars);
  }, AGAIN_MS);
  document.documentElement.dataset.candles = "drawn";
}

if (place) begin();
