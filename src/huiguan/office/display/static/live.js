// An open page follows the market: changed figures twice a second, over one socket.
// Without this file the page is whole; with it its figures move.

const AGAIN_MS = 2000;
const CHART_MS = 20000;
const TINT_MS = 600;
const ACROSS = 3;

const page = document.body.dataset;

/** A figure as a number, whatever marks it carries. */
function figure(text) {
  return Number(text.replace(/[,▲+ ]/gu, "").replace("−", "-").replace("▼", "-"));
}

const tinted = new Map(); // elements, each with the moment its tint ends

/** Tint an element by where its figure went; no animation, which would cost a frame sixty times a second. */
function tint(element, name) {
  element.classList.remove("came-up", "came-down");
  element.classList.add(name);
  tinted.set(element, performance.now() + TINT_MS);
}

/** Take the tints away that are over. */
function untint() {
  const now = performance.now();
  for (const [element, end] of tinted) {
    if (end <= now) {
      element.classList.remove("came-up", "came-down");
      tinted.delete(element);
    }
  }
}

/** Put a figure into an element; tint it where it moved. */
function put(element, [text, kind]) {
  const before = element.firstChild?.nodeType === Node.TEXT_NODE ? element.firstChild.data : "";
  if (before === text && element.classList.contains(kind || "plain")) return;
  for (const name of ["up", "down", "plain", "ph"]) element.classList.remove(name);
  element.classList.add(kind || "plain");
  if (before === text) return;
  element.textContent = text;
  const [was, is] = [figure(before), figure(text)];
  if (Number.isFinite(was) && Number.isFinite(is) && was !== is) {
    tint(element, is > was ? "came-up" : "came-down");
  }
}

/** Words that stand across the prices, or the prices again. */
function across(row, quiet) {
  const [last, change, percent] = ["last", "change", "percent"].map((name) =>
    row.querySelector(`td[data-cell="${name}"]`));
  if (!last) return;
  last.colSpan = quiet ? ACROSS : 1;
  for (const cell of [change, percent]) if (cell) cell.hidden = Boolean(quiet);
  if (quiet) {
    last.textContent = quiet;
    last.className = "c-last ph";
  } else last.classList.remove("ph");
}

function showRow(contract, said) {
  for (const row of document.querySelectorAll(`tr[data-contract="${contract}"]`)) {
    across(row, said.quiet);
    for (const [name, cell] of Object.entries(said.cells)) {
      const element = row.querySelector(`[data-cell="${name}"]`);
      if (element && !(said.quiet && ["last", "change", "percent"].includes(name))) put(element, cell);
    }
    const last = row.querySelector('[data-cell="last"]');
    if (last && !said.quiet) {
      last.querySelector(".lock")?.remove();
      if (said.locked) {
        const word = document.createElement("span");
        word.className = "lock";
        word.textContent = said.locked;
        last.append(word);
      }
    }
    const phase = row.querySelector("[data-phase]");
    if (phase) {
      phase.textContent = said.phase;
      phase.classList.toggle("ph", !said.calm);
    }
  }
}

function showTrades(body, trades) {
  const rows = trades.map(([time, [price, kind], lots, taker, side]) => {
    const row = document.createElement("tr");
    for (const [name, text, look] of [["th", time, ""], ["td", price, kind], ["td", lots, ""], ["td", taker, side]]) {
      const cell = document.createElement(name);
      cell.textContent = text;
      cell.className = look;
      if (name === "th") cell.scope = "row";
      row.append(cell);
    }
    return row;
  });
  body.replaceChildren(...rows);
}

function showBlock(said) {
  for (const block of document.querySelectorAll(`[data-block="${said.contract}"]`)) {
    for (const [name, cell] of Object.entries(said.cells)) {
      const element = block.querySelector(`[data-cell="${name}"]`);
      if (element) put(element, cell);
    }
    const [quiet, locked, phase, withheld, trades] = ["quiet", "locked", "phase", "withheld", "trades"]
      .map((name) => block.querySelector(`[data-${name}]`));
    if (quiet) quiet.textContent = said.quiet;
    if (locked) { locked.textContent = said.locked; locked.hidden = !said.locked; }
    if (phase) { phase.textContent = said.phase; phase.classList.toggle("ph", !said.calm); }
    if (withheld) withheld.hidden = !said.withheld;
    if (trades) showTrades(trades, said.trades);
  }
  const price = figure(said.cells.last[0]);
  document.dispatchEvent(new CustomEvent("huiguan:last", { detail: { contract: said.contract, price } }));
}

function showHead(head) {
  for (const [name, text] of Object.entries(head)) {
    for (const element of document.querySelectorAll(`[data-head="${name}"]`)) {
      if (element.textContent !== text) element.textContent = text; // what is read aloud is said once
    }
  }
}

function show(said) {
  if ("own" in said) { // of the reader alone: another file knows its tables
    document.dispatchEvent(new CustomEvent("huiguan:own", { detail: said.own }));
    return;
  }
  showHead(said.head);
  if (!said.day) return;
  if (String(said.day) !== page.day) {
    location.reload(); // another day has other contracts
    return;
  }
  for (const [contract, row] of Object.entries(said.rows)) showRow(contract, row);
  if (said.block) showBlock(said.block);
  if (tinted.size) setTimeout(untint, TINT_MS + 1);
}

function follow() {
  const asked = new URLSearchParams({ lang: page.lang, rows: page.live, contract: page.contract ?? "" });
  if (page.own) asked.set("own", page.own);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/live?${asked}`);
  socket.onmessage = (message) => show(JSON.parse(message.data));
  socket.onclose = () => {
    const words = document.querySelector("[data-lost]")?.dataset.lost;
    const trouble = document.querySelector('[data-head="trouble"]');
    if (trouble && words && !trouble.textContent) {
      const clock = document.querySelector('[data-head="clock"]')?.textContent ?? "";
      trouble.textContent = words.replace("{0}", clock);
    }
    setTimeout(follow, AGAIN_MS);
  };
}

/** Ask for a drawing of the server again; ``kind`` is its address. */
async function drawAgain(place, kind) {
  if (!place.dataset[kind]) return; // drawn by a library meanwhile
  const asked = place.dataset.minutes ? `?minutes=${place.dataset.minutes}` : "";
  const answer = await fetch(`/${kind}/${place.dataset[kind]}${asked}`).catch(() => null);
  if (!answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("svg");
  if (drawn) place.replaceChildren(drawn);
}

follow();
for (const kind of ["chart", "depth"]) {
  for (const place of document.querySelectorAll(`[data-${kind}]`)) setInterval(drawAgain, CHART_MS, place, kind);
}
