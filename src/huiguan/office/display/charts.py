"""The server's chart: candles with volume and open interest as SVG, for pages without script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.reports.candles import direction
from huiguan.foundation.calendars import clock_words

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from huiguan.exchange.reports.candles import PageWords

WIDTH, HEIGHT = 480, 264
SIDE, FOOT = 66, 18  # room for prices at the right and times below
PRICES, VOLUMES = 168, 60  # heights of the two drawings
GAP = HEIGHT - FOOT - PRICES - VOLUMES
MOST_BARS = 60
LINES = 4  # across the prices


class Drawn(NamedTuple):
    """What a chart shows; prices in ticks."""

    contract: str
    minutes: int
    bars: np.ndarray  # market_data.bars.BAR
    previous: int
    upper: int
    lower: int
    price: Callable[[int], str]


def chart(drawn: Drawn, words: PageWords) -> str:
    """Return the drawing; candles that rise are hollow, so colour is not alone."""
    bars = drawn.bars[-MOST_BARS:]
    low, high = int(bars["low_ticks"].min()), int(bars["high_ticks"].max())
    room = max(1, high - low)
    near = [t for t in (drawn.previous, drawn.upper, drawn.lower) if low - room <= t <= high + room]
    low, high = min([low, *near]), max([high, *near])
    span = max(1, high - low)

    def y(ticks: float) -> float:
        return 12 + (high - ticks) * (PRICES - 18) / span

    parts = [*_rulings(drawn, low, high, y), *_lines(drawn, near, y, words), *_candles(bars, y)]
    parts += _interest(bars) + _times(bars)
    label = words.text(
        f"{drawn.contract}: {len(bars)} bars of {drawn.minutes} minutes with volume and "
        "open interest"
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _x(place: int, count: int) -> tuple[float, float]:
    """Return the middle of a bar, and how far bars stand apart."""
    step = min(14.0, (WIDTH - SIDE) / count)
    return (place + 0.5) * step, step


def _rulings(drawn: Drawn, low: int, high: int, y: Callable[[float], float]) -> list[str]:
    """Return lines across with their prices at the right."""
    step = max(1, (high - low) // LINES)
    return [
        f'<line class="rule" x1="0" x2="{WIDTH - SIDE}" y1="{y(ticks):.1f}" y2="{y(ticks):.1f}"/>'
        f'<text x="{WIDTH - SIDE + 6}" y="{y(ticks) + 4:.1f}">{drawn.price(ticks)}</text>'
        for ticks in range(low, high + 1, step)
    ]


def _lines(
    drawn: Drawn, near: list[int], y: Callable[[float], float], words: PageWords
) -> list[str]:
    """Return the settlement price of the evening before and the limits, where they are in sight."""
    named = {"previous settlement": drawn.previous, "upper": drawn.upper, "lower": drawn.lower}
    return [
        f'<line class="limit" x1="0" x2="{WIDTH - SIDE}" y1="{y(ticks):.1f}" y2="{y(ticks):.1f}">'
        f"<title>{escape(words.text(name))} {drawn.price(ticks)}</title></line>"
        f'<text class="named" x="{WIDTH - SIDE - 2}" y="{y(ticks) - 3:.1f}" text-anchor="end">'
        f"{escape(words.text(name))}</text>"
        for name, ticks in named.items()
        if ticks in near
    ]


def _candles(bars: np.ndarray, y: Callable[[float], float]) -> list[str]:
    """Return the candles, and below them a column of volume each."""
    most, floor = max(1, int(bars["volume_lots"].max())), HEIGHT - FOOT
    parts = []
    for place, bar in enumerate(bars):
        x, step = _x(place, len(bars))
        opened, closed = y(int(bar["open_ticks"])), y(int(bar["close_ticks"]))
        top, bottom = sorted((opened, closed))
        tall = int(bar["volume_lots"]) * VOLUMES / most
        left, wide = x - step * 0.36, step * 0.72
        parts.append(
            f'<g class="{direction(bar)}">'
            f'<path d="M{x:.1f} {y(int(bar["high_ticks"])):.1f}V{top:.1f}'
            f'M{x:.1f} {bottom:.1f}V{y(int(bar["low_ticks"])):.1f}"/>'
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" '
            f'height="{max(1.0, bottom - top):.1f}"/>'
            f'<rect class="lots" x="{left:.1f}" y="{floor - tall:.1f}" width="{wide:.1f}" '
            f'height="{tall:.1f}"/></g>'
        )
    return parts


def _interest(bars: np.ndarray) -> list[str]:
    """Return open interest as a line over the volume, on a scale of its own."""
    values = bars["open_interest_lots"].tolist()
    low, span = min(values), max(1, max(values) - min(values))
    points = " ".join(
        f"{_x(place, len(bars))[0]:.1f},"
        f"{HEIGHT - FOOT - 4 - (value - low) * (VOLUMES - 8) / span:.1f}"
        for place, value in enumerate(values)
    )
    return [f'<polyline class="interest" points="{points}"/>']


def _times(bars: np.ndarray) -> list[str]:
    """Return the time of about every quarter of the bars, by the exchange's clock."""
    clocks = [text[11:16] for text in clock_words(bars["start_ns"])]
    every = max(4, -(-len(bars) // 4))
    return [
        f'<text x="{_x(place, len(bars))[0] - 6:.1f}" y="{HEIGHT - 4}">{clocks[place]}</text>'
        for place in range(0, len(bars), every)
    ]
