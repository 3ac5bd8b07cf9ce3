"""Forced liquidation (closing a holder's positions): who, what, in which order, how much.

What a list frees is reckoned by the margin rule itself: of each trading code and product only the
larger side is charged, so a lot of the smaller side frees nothing, and where both sides are equal
one of each must go. The result is a list of force-close orders for the next session at market
prices; what cannot be closed is continued the next day.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import TypeAlias

import msgspec

from huiguan.exchange.clearing.margin import product_margin
from huiguan.exchange.clearing.marking import PositionSide
from huiguan.exchange.messages import Hedge
from huiguan.exchange.quotes import lots_of, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import natural

HALF = Fraction(1, 2)
ReliefGroup: TypeAlias = tuple[str, ...]


class ForceCloseReason(IntEnum):
    """Why the exchange closes a position; numbers as in CTP."""

    LACK_OF_DEPOSIT = 1
    CLIENT_OVER_LIMIT = 2
    MEMBER_OVER_LIMIT = 3
    NOT_MULTIPLE = 4
    VIOLATION = 5
    OTHER = 6
    PERSON_NEAR_DELIVERY = 7


class Exposure(msgspec.Struct, frozen=True):
    """One side of one contract held by one trading code, as the liquidation list needs it.

    Lots that standard warrants back are left out: they are charged nothing.
    """

    trading_code: str
    instrument: str
    side: PositionSide
    lots: int
    margin_per_lot_fen: int | Fraction  # exact; the margin of all lots together is half up
    net_loss_fen: int = 0  # of the trading code in the contract; a profit is negative
    hedging: bool = False  # closed after general positions
    house: bool = False  # the member's own account
    product: str = ""  # whose larger side is charged; "": the contract's code without its month
    relief: bool = True  # False: charged in full beside the larger side of its product
    flag: Hedge = Hedge.SPECULATION  # the hedge flag its lots are closed under

    def margin_fen(self, lots: int) -> int:
        """Return the margin of ``lots`` of it."""
        return whole(Fraction(lots * self.margin_per_lot_fen), Rounding.HALF_UP)

    def lots_within(self, fen: int) -> int:
        """Return the most lots whose margin is at most ``fen`` (not negative)."""
        return min(self.lots, -int(-(fen + HALF) // self.margin_per_lot_fen) - 1)


class ForceClose(msgspec.Struct, frozen=True):
    """Lots to close by force in the next session."""

    trading_code: str
    instrument: str
    side: PositionSide
    hedging: bool
    lots: int
    reason: ForceCloseReason
    flag: Hedge = Hedge.SPECULATION


@rule("Risk Management Rules, forced liquidation: general, open interest, loss", "secondary")
@checked
def liquidation_order(
    exposures: Iterable[Exposure], open_interest_lots: Mapping[str, int]
) -> list[Exposure]:
    """Return positions in the order they are closed when the clearing deposit is below zero.

    The member's own account before clients; general before hedging; contracts by open interest at
    the last close, large first; within a contract trading codes by net loss, large first
    (unconfirmed); the rest by names, so that the order is always the same. Copper with 200,000 lots
    of open interest comes before aluminium with 150,000, whatever is lost in them.
    """
    return sorted(
        exposures,
        key=lambda row: (
            not row.house,
            row.hedging,
            -open_interest_lots.get(row.instrument, 0),
            row.instrument,
            -row.net_loss_fen,
            row.trading_code,
            row.side,
        ),
    )


@rule("Risk Management Rules: close until the freed margin covers what is missing", "secondary")
@checked
def liquidation_list(
    exposures: Iterable[Exposure],
    open_interest_lots: Mapping[str, int],
    missing_fen: int,
    reason: ForceCloseReason = ForceCloseReason.LACK_OF_DEPOSIT,
) -> list[ForceClose]:
    """Return the force-close orders after which at least ``missing_fen`` less margin is required.

    Positions are closed in ``liquidation_order``, each whole before the next, the last no lot
    further than needed. A position on the smaller side of its code and product frees nothing and is
    passed over; where a larger side comes down to the other, the other follows lot by lot, in the
    same order, so that nobody is left with more on one side than before, but for part of a lot
    where the lots of the two sides differ in margin. Missing 100,000.00, 35,000.00 a lot: of 10
    lots long 3 are enough; of 10 long and 10 short of one contract 3 of each are.
    """
    held = _Held(liquidation_order(exposures, open_interest_lots))
    while missing_fen > 0 and (row := held.first_charged()) is not None:
        missing_fen -= held.free(row, missing_fen)
    return [_force_close(row, closed, reason) for row, closed in held.closed()]


class _Held:
    """Lots that are left while a list is made; rows keep the order in which they are closed."""

    def __init__(self, rows: Sequence[Exposure]) -> None:
        self.rows = rows
        self.lots = [lots_of(row.lots) for row in rows]
        self.groups = [_relief_group(row) for row in rows]
        self.sides: dict[ReliefGroup, dict[PositionSide, list[int]]] = {}
        for number, row in enumerate(rows):
            sides = self.sides.setdefault(self.groups[number], {"long": [], "short": []})
            sides[row.side].append(number)
        self.sums = {
            group: {side: sum(map(self.margin, numbers)) for side, numbers in sides.items()}
            for group, sides in self.sides.items()
        }
        self.charged = {group: self.required(group) for group in self.sides}

    def margin(self, number: int) -> int:
        """Return the margin of what is left of a row."""
        return self.rows[number].margin_fen(self.lots[number])

    def required(self, group: ReliefGroup) -> int:
        """Return what is charged for what is left of a relief group."""
        return unchecked(product_margin)([self.sums[group]["long"]], [self.sums[group]["short"]])

    def first_charged(self) -> int | None:
        """Return the first row that is left on a side that is charged, None when nothing is."""
        for number, (row, group) in enumerate(zip(self.rows, self.groups, strict=True)):
            if self.sums[group][row.side] == self.charged[group] and self.margin(number):
                return number
        return None

    def free(self, number: int, missing_fen: int) -> int:
        """Close lots of a row that is charged until ``missing_fen`` are freed or none is left.

        Returns the margin freed. The other side is closed no further than to what this one has.
        """
        group = self.groups[number]
        before = self.charged[group]
        target = max(before - missing_fen, before - self.margin(number))
        for side in self.sides[group]:
            self.lower(group, side, target)
        self.charged[group] = self.required(group)
        return before - self.charged[group]

    def lower(self, group: ReliefGroup, side: PositionSide, target_fen: int) -> None:
        """Close lots of one side in order until its margin is at most ``target_fen``."""
        for number in self.sides[group][side]:
            excess = self.sums[group][side] - target_fen
            if excess <= 0:
                return
            now = self.margin(number)
            self.lots[number] = self.rows[number].lots_within(now - excess) if now > excess else 0
            self.sums[group][side] += self.margin(number) - now

    def closed(self) -> list[tuple[Exposure, int]]:
        """Return the rows of which lots were closed, and how many."""
        gone = [row.lots - left for row, left in zip(self.rows, self.lots, strict=True)]
        return [(row, lots) for row, lots in zip(self.rows, gone, strict=True) if lots]


def _relief_group(row: Exposure) -> ReliefGroup:
    """Return what a position is charged with: its code's product, or outside the relief itself."""
    if row.relief:
        return row.trading_code, row.product or row.instrument[:-4]
    return row.trading_code, row.instrument, row.side, row.flag.name


def _force_close(row: Exposure, lots: int, reason: ForceCloseReason) -> ForceClose:
    """Return the order that closes ``lots`` of a position."""
    return ForceClose(
        trading_code=row.trading_code,
        instrument=row.instrument,
        side=row.side,
        hedging=row.hedging,
        lots=lots,
        reason=reason,
        flag=row.flag,
    )


@rule("Risk Management Rules, positions above the limit: largest position first", "unconfirmed")
@checked
def excess_list(
    exposures: Sequence[Exposure],
    limit_lots: int,
    reason: ForceCloseReason = ForceCloseReason.CLIENT_OVER_LIMIT,
) -> list[ForceClose]:
    """Return the force-close orders that bring one holder's side of a contract to the limit.

    ``exposures`` are the holder's general positions over its members, one contract and one side;
    the largest is cut first. 5,000 and 4,000 held, limit 8,000: 1,000 of the first.

    A calculator: nothing in Huiguan calls it.
    """
    natural(limit_lots, "position limit")
    if len({(row.instrument, row.side) for row in exposures}) > 1:
        raise InputFault("a position limit binds one side of one contract; give them one by one")
    excess = max(0, sum(row.lots for row in exposures) - limit_lots)
    orders = []
    for row in sorted(exposures, key=lambda row: (-row.lots, row.trading_code)):
        lots = min(row.lots, excess)
        excess -= lots
        if lots:
            orders.append(_force_close(row, lots, reason))
    return orders


@rule("Risk Management Rules: multiples of the unit in the delivery month", "confirmed")
@checked
def lots_over_multiple(lots: int, delivery_unit_lots: int) -> int:
    """Return the lots of a position that are no whole delivery unit: 13 lots of 5 give 3.

    A calculator: nothing in Huiguan calls it.
    """
    return lots_of(lots) % natural(delivery_unit_lots, "delivery unit", 1)


@rule("members with the larger call are liquidated first", "unconfirmed")
@checked
def members_in_order(calls_fen: Mapping[str, int]) -> list[str]:
    """Return the members to liquidate, the largest margin to be added first.

    Calls of 300,000 for 0001, 900,000 for 0002 and 0 for 0003: 0002, 0001.

    A calculator: nothing in Huiguan calls it.
    """
    return sorted((m for m in calls_fen if calls_fen[m] > 0), key=lambda m: (-calls_fen[m], m))
