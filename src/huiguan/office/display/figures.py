"""What a contract shows: figures as text, each with the kind that gives it its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.messages import Phase, Side
from huiguan.exchange.reports.command_words import PHASES
from huiguan.foundation.calendars import clock_text

if TYPE_CHECKING:
    from huiguan.office.feed.public_day import PublicDay

NOTHING, MINUS = "—", "−"
UP, DOWN, PLAIN = "up", "down", ""
COLLECTING = (Phase.AUCTION_ORDERING, Phase.AUCTION_BALANCE)
LEVELS = 5


class Cell(NamedTuple):
    """A figure as it is shown."""

    text: str
    kind: str = PLAIN  # up, down or neither


EMPTY = Cell(NOTHING)


class Row(NamedTuple):
    """One contract on a board."""

    contract: str
    cells: dict[str, Cell]
    quiet: str  # words that stand across the prices; empty where prices do
    phase: str
    locked: str  # "upper limit" or "lower limit", where the last price is one


class Level(NamedTuple):
    """What waits at a price."""

    name: str  # "sell 5" to "buy 5"
    price: str
    lots: str


def grouped(text: str) -> str:
    """Return a decimal with commas between thousands and a true minus: ``−1,204.50``."""
    sign = MINUS if text.startswith("-") else ""
    whole, point, rest = text.removeprefix("-").partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def signed(number: int) -> str:
    """Return a change with its sign; zero is 0."""
    return f"+{number:,}" if number > 0 else grouped(str(number))


def direction(number: int) -> str:
    """Return whether a change is up or down."""
    return UP if number > 0 else DOWN if number < 0 else PLAIN


def percent(change: int, before: int) -> str:
    """Return a change in percent of what was before, with its sign; halves away from zero.

    620 of 107,320 are 0.5777... %: ``+0.58``.
    """
    if before <= 0:
        return NOTHING
    hundredths = (abs(change) * 20_000 + before) // (2 * before)
    sign = "" if not hundredths else "+" if change > 0 else MINUS
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


class Figures:
    """Reads one contract of a day; make a new one for every look."""

    def __init__(self, day: PublicDay, contract: int) -> None:
        """Look at a contract."""
        self._day, self._contract = day, contract
        row = day.image.instruments[contract]
        self.previous = int(row["previous_settlement_ticks"])
        self.upper, self.lower = int(row["upper_limit_ticks"]), int(row["lower_limit_ticks"])
        self._evening = int(row["last_open_interest_lots"])
        self.phase = Phase(int(day.books.states["phase"][contract]))

    def ticks(self, name: str) -> int | None:
        """Return a price of the day in ticks; None where it is not known."""
        found = int(self._day.books.prices[name][self._contract])
        return None if found == NO_PRICE else found

    def price(self, ticks: int | None) -> Cell:
        """Return a price, coloured by the settlement price of the evening before."""
        if ticks is None:
            return EMPTY
        text = grouped(self._day.names.price(self._contract, ticks))
        return Cell(text, direction(ticks - self.previous))

    def plain(self, ticks: int | None) -> str:
        """Return a price without a colour."""
        return self.price(ticks).text

    def change(self) -> Cell:
        """Return last - previous settlement, with an arrow."""
        last = self.ticks("last")
        if last is None:
            return EMPTY
        moved = last - self.previous
        text = grouped(self._day.names.price(self._contract, abs(moved)))
        arrow = {UP: "▲ ", DOWN: "▼ "}.get(direction(moved), "")
        return Cell(f"{arrow}{text}", direction(moved))

    def part(self) -> Cell:
        """Return the change in percent."""
        last = self.ticks("last")
        if last is None:
            return EMPTY
        moved = last - self.previous
        return Cell(percent(moved, self.previous), direction(moved))

    def best(self, side: Side, most: int = 1) -> list[tuple[int, int, int]]:
        """Return (ticks, lots, orders) of the best prices of a side."""
        return self._day.books.best(self._contract, side, most)

    def levels(self) -> list[Level]:
        """Return five levels of both sides, from the highest price to the lowest."""
        asks, bids = self.best(Side.SELL, LEVELS), self.best(Side.BUY, LEVELS)
        found = []
        for side, levels in (("sell", asks), ("buy", bids)):
            named = [
                Level(f"{side} {place + 1}", self.plain(levels[place][0]), f"{levels[place][1]:,}")
                if place < len(levels)
                else Level(f"{side} {place + 1}", NOTHING, "")
                for place in range(LEVELS)
            ]
            found += named if side == "buy" else named[::-1]
        return found

    @property
    def is_halted(self) -> bool:
        """Whether trading in it is suspended."""
        return bool(self._day.books.states["halted"][self._contract])

    def quiet(self) -> str:
        """Return the words that stand where prices would; none where there is trading to show."""
        if self.is_halted:
            return "halted"
        if self.phase in COLLECTING:
            match = self._day.next_phase_ns(self._contract, Phase.AUCTION_MATCH)
            return f"call auction until {clock_text(match)[11:16]}" if match else "call auction"
        if self.phase != Phase.CONTINUOUS and self.ticks("last") is None:
            return PHASES[self.phase][0]
        return ""

    def locked(self) -> str:
        """Return the limit at which the last price stands, if it does."""
        last = self.ticks("last")
        if last == self.upper:
            return "upper limit"
        return "lower limit" if last == self.lower else ""

    def volume(self, name: str) -> int:
        """Return a figure of ``VOLUMES``."""
        return int(self._day.books.volumes[name][self._contract])

    def interest_change(self) -> int:
        """Return how much open interest has changed since the evening before, in lots."""
        return self.volume("open_interest_lots") - self._evening

    def average(self) -> Cell:
        """Return the average price of the day, cut down to the tick: turnover by volume."""
        lots = self.volume("volume_lots")
        value = int(self._day.image.instruments["tick_value_fen"][self._contract])
        return self.price(self.volume("turnover_fen") // (lots * value) if lots else None)

    def row(self) -> Row:
        """Return the contract as a row of a board."""
        (bid, bid_lots), (ask, ask_lots) = (
            (Cell(self.plain(found[0][0])), f"{found[0][1]:,}") if found else (EMPTY, "")
            for found in (self.best(Side.BUY), self.best(Side.SELL))
        )
        return Row(
            contract=self._day.names.contracts[self._contract],
            cells={
                "last": self.price(self.ticks("last")),
                "change": self.change(),
                "percent": self.part(),
                "bid_lots": Cell(bid_lots),
                "bid": bid,
                "ask": ask,
                "ask_lots": Cell(ask_lots),
                "volume": Cell(f"{self.volume('volume_lots'):,}"),
                "interest": Cell(f"{self.volume('open_interest_lots'):,}"),
                "interest_change": Cell(signed(self.interest_change())),
                "open": Cell(self.plain(self.ticks("open"))),
                "high": Cell(self.plain(self.ticks("high"))),
                "low": Cell(self.plain(self.ticks("low"))),
            },
            quiet=self.quiet(),
            phase="halted" if self.is_halted else PHASES[self.phase][0],
            locked=self.locked(),
        )
