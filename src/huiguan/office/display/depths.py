"""The server's drawing of depth: lots that wait up to each price, buyers left, sellers right."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.exchange.reports.candles import PageWords

WIDTH, HEIGHT = 320, 150
FOOT, TOP = 18, 16
MOST_LEVELS = 20


class Step(NamedTuple):
    """Lots that wait at a price or a better one."""

    ticks: int
    lots: int


def summed(levels: list[tuple[int, int, int]]) -> list[Step]:
    """Return how many lots wait up to each price; levels are (ticks, lots, orders), best first."""
    found, lots = [], 0
    for ticks, here, _ in levels:
        lots += here
        found.append(Step(ticks, lots))
    return found


def depth_chart(
    bids: list[tuple[int, int, int]],
    asks: list[tuple[int, int, int]],
    price: Callable[[int], str],
    words: PageWords,
) -> str:
    """Return the drawing of up to twenty levels a side; nothing where nobody waits."""
    buys, sells = summed(bids[:MOST_LEVELS]), summed(asks[:MOST_LEVELS])
    if not buys and not sells:
        return ""
    every = [step.ticks for step in (*buys, *sells)]
    low, high = min(every) - 1, max(every) + 1
    most = max(step.lots for step in (*buys, *sells))
    floor = HEIGHT - FOOT

    def x(ticks: int) -> float:
        return (ticks - low) * WIDTH / (high - low)

    def y(lots: int) -> float:
        return floor - lots * (floor - TOP) / most

    def area(steps: list[Step], edge: int, kind: str) -> str:
        path = [f"M{x(steps[0].ticks):.1f} {floor}"]
        for place, step in enumerate(steps):
            following = steps[place + 1].ticks if place + 1 < len(steps) else edge
            path.append(f"V{y(step.lots):.1f}H{x(following):.1f}")
        return f'<path class="{kind}" d="{"".join(path)}V{floor}Z"/>'

    parts = [area(buys, low, "buys")] if buys else []
    parts += [area(sells, high, "sells")] if sells else []
    for steps, anchor, place in ((buys, "start", 0), (sells, "end", WIDTH)):
        if steps:
            told = f"{words.text('buy' if steps is buys else 'sell')} {steps[-1].lots:,}"
            parts.append(f'<text x="{place}" y="12" text-anchor="{anchor}">{escape(told)}</text>')
            parts.append(
                f'<text x="{place}" y="{HEIGHT - 4}" text-anchor="{anchor}">'
                f"{price(steps[-1].ticks)}</text>"
            )
    label = words.text(f"lots that wait, up to {MOST_LEVELS} levels a side")
    return (
        f'<svg class="chart depths" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
