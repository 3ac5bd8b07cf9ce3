"""Candles of a contract's day, drawn for a terminal and as a page that needs no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.market_data.tables import clock_texts
from huiguan.exchange.reports.command_words import show_price
from huiguan.exchange.reports.market_frames import contract_bars
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.events import DayEvents

WIDTH, HEIGHT, STEP = 960, 320, 40  # of the drawing and of one candle, in pixels of the page
CAPTION = "Every bar with a trade, by the exchange's clock."
ASIDE = 170  # room at the right for the names of the lines
VOLUME = 72  # height of the volume columns below
UP, DOWN, FLAT = "up", "down", "flat"
STYLE = """
:root { --bg: #FBFAF7; --surface: #FFFFFF; --ink: #1D2226; --muted: #596169; --line: #DAD7CF;
  --up: #B3261E; --down: #1B6B3A; --accent: #1F4E79; }
@media (prefers-color-scheme: dark) { :root { --bg: #101417; --surface: #171C20; --ink: #E8E6E1;
  --muted: #A0A9B0; --line: #2D353B; --up: #FF8F85; --down: #74D391; --accent: #8ABBEA; } }
body { background: var(--bg); color: var(--ink); font: 1rem/1.5 system-ui, "Noto Sans",
  "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; max-width: 62rem; margin: 1rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } .last { font-size: 2rem; font-variant-numeric: tabular-nums; }
p.note, th, caption { color: var(--muted); font-size: .8125rem; }
svg { width: 100%; height: auto; background: var(--surface); border: 1px solid var(--line);
  border-radius: .25rem; }
.up { stroke: var(--up); fill: none; color: var(--up); }
.down { stroke: var(--down); fill: var(--down); color: var(--down); }
.flat { stroke: var(--muted); fill: none; color: var(--muted); }
.rule { stroke: var(--line); } .limit { stroke: var(--accent); stroke-dasharray: 6 4; }
text { fill: var(--muted); stroke: none; font-size: 11px; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: .875rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } caption { text-align: left; }
""".strip()


class DrawnSession(NamedTuple):
    """One contract's day as it is drawn: its bars and the lines across them, in ticks."""

    contract: str
    trading_day: str
    bars: np.ndarray  # market_data.bars.BAR
    starts: Sequence[str]  # of the bars, by the exchange's clock
    lines: dict[str, int]  # previous settlement, settlement, limits
    price: Callable[[int], str]


class Chart(NamedTuple):
    """A drawing that a notebook shows by itself."""

    svg: str

    def _repr_svg_(self) -> str:
        """Return what a notebook asks for."""
        return self.svg


def session_of(
    image: DayImage, events: DayEvents, contract: str, minutes: int = 15
) -> DrawnSession:
    """Return one contract's day as it is drawn.

    A contract that is not in the image, or did not trade, is an ``InputFault``.
    """
    names = image.names.instruments
    if contract not in names:
        product = contract.rstrip("0123456789")
        near = [name for name in names if name.rstrip("0123456789") == product]
        said = f"of this product do: {', '.join(near)}" if near else f"names are like {names[0]}"
        raise InputFault(f"{contract!r} does not trade on this day; {said}")
    instrument = names.index(contract)
    row, bars = image.instruments[instrument], contract_bars(image, events, instrument, minutes)
    if not len(bars):
        raise InputFault(f"{contract} did not trade on this day; there are no bars to show")
    lines = {
        "upper limit": int(row["upper_limit_ticks"]),
        "previous settlement": int(row["previous_settlement_ticks"]),
        "lower limit": int(row["lower_limit_ticks"]),
    }
    return DrawnSession(
        contract=contract,
        trading_day=f"trading day {show_day(image.settings.trading_day)}",
        bars=bars,
        starts=[text[:16] for text in clock_texts(bars["start_ns"])],
        lines=lines,
        price=session_price(image, instrument),
    )


def session_price(image: DayImage, instrument: int) -> Callable[[int], str]:
    """Return how a price of a contract in ticks is written."""
    return lambda ticks: show_price(image, instrument, ticks)


def direction(bar: np.void) -> str:
    """Return whether a bar closed above its opening, below it, or on it."""
    if bar["close_ticks"] == bar["open_ticks"]:
        return FLAT
    return UP if bar["close_ticks"] > bar["open_ticks"] else DOWN


def candle_lines(session: DrawnSession, rows: int = 12, columns: int = 72) -> list[tuple[str, ...]]:
    """Return the candles for a terminal: per line a price and one character a bar.

    A bar's body is a block, its range a bar; of more bars than columns the last ones are drawn.
    Each line is (price, characters).
    """
    shown = session.bars[-columns:]
    low, high = int(shown["low_ticks"].min()), int(shown["high_ticks"].max())
    span = max(1, high - low)
    rows = min(rows, high - low + 1)

    def level(ticks: int) -> int:
        return round((ticks - low) * (rows - 1) / span)

    grid = [[" "] * len(shown) for _ in range(rows)]
    for column, bar in enumerate(shown):
        for row in range(level(int(bar["low_ticks"])), level(int(bar["high_ticks"])) + 1):
            grid[row][column] = "│"
        ends = sorted(level(int(bar[name])) for name in ("open_ticks", "close_ticks"))
        for row in range(ends[0], ends[1] + 1):
            grid[row][column] = "─" if direction(bar) == FLAT else "█"
    return [
        (session.price(low + round(row * span / max(1, rows - 1))), "".join(grid[row]))
        for row in range(rows - 1, -1, -1)
    ]


class PageWords(NamedTuple):
    """The language of a page: its code, and what puts its texts and heads into it."""

    code: str
    text: Callable[[str], str]
    head: Callable[[str], str]


ENGLISH = PageWords("en", str, str)


def candle_page(session: DrawnSession, words: PageWords = ENGLISH) -> str:
    """Return a whole page: the candles with volume, the lines across them, the bars as a table."""
    last = session.bars[-1]
    title = f"{session.contract}, {words.text(session.trading_day)}"
    heads = ("start", "open", "high", "low", "close", "volume", "open interest")
    rows = [
        (start, *(session.price(int(bar[f"{name}_ticks"])) for name in heads[1:5]),
         f"{bar['volume_lots']:,}", f"{bar['open_interest_lots']:,}")
        for start, bar in zip(session.starts, session.bars, strict=True)
    ]  # fmt: skip
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    lines = "; ".join(
        f"{words.text(name)} {session.price(ticks)}" for name, ticks in session.lines.items()
    )
    return (
        f'<!doctype html>\n<html lang="{words.code}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="last">{session.price(int(last["close_ticks"]))}</p>\n'
        f'<p class="note">{escape(lines)}</p>\n{candle_drawing(session, words)}\n'
        f"<table><caption>{words.text(CAPTION)}</caption>\n"
        f"<tr>{''.join(f'<th>{words.head(head)}</th>' for head in heads)}</tr>\n{body}\n</table>\n"
        f"</body></html>\n"
    )


def candle_drawing(session: DrawnSession, words: PageWords = ENGLISH) -> str:
    """Return the candles as SVG; red is up and hollow, green is down and filled."""
    bars = session.bars
    inside = [ticks for ticks in session.lines.values() if ticks > 0]
    low, high = int(bars["low_ticks"].min()), int(bars["high_ticks"].max())
    near = [ticks for ticks in inside if low - (high - low) <= ticks <= high + (high - low)]
    low, high = min([low, *near]), max([high, *near])
    span, most = max(1, high - low), max(1, int(bars["volume_lots"].max()))
    step = min(STEP, (WIDTH - ASIDE) / len(bars))

    def y(ticks: float) -> float:
        return 10 + (high - ticks) * (HEIGHT - 20) / span

    side = WIDTH - ASIDE
    parts = [
        f'<line class="limit" x1="0" x2="{side}" y1="{y(ticks):.1f}" y2="{y(ticks):.1f}"/>'
        f'<text x="{side + 4}" y="{y(ticks) + 4:.1f}">{session.price(ticks)}'
        f" {escape(words.text(name))}</text>"
        for name, ticks in session.lines.items()
        if ticks in near
    ]
    for number, bar in enumerate(bars):
        x, kind = 4 + number * step + step / 2, direction(bar)
        top, bottom = sorted(y(int(bar[name])) for name in ("open_ticks", "close_ticks"))
        tall = int(bar["volume_lots"]) * VOLUME / most
        ends = (y(int(bar["high_ticks"])), top), (bottom, y(int(bar["low_ticks"])))
        boxes = (top, max(0.8, bottom - top)), (HEIGHT + VOLUME - tall, tall)
        left, wide = x - step * 0.35, step * 0.7
        shapes = [
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{a:.1f}" y2="{b:.1f}"/>' for a, b in ends
        ] + [
            f'<rect x="{left:.1f}" y="{a:.1f}" width="{wide:.1f}" height="{b:.1f}"/>'
            for a, b in boxes
        ]
        parts.append(f'<g class="{kind}">{"".join(shapes)}</g>')
    label = words.text(
        f"Candles of {session.contract} with volume; the table below has every figure"
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + VOLUME}" role="img"'
        f' aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
