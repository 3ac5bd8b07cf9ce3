"""Forced liquidation (closing a holder's positions): who, what, in which order, how much.

The result is a list of force-close orders for the next session at market prices; what cannot be
closed is continued the next day.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

import msgspec

from huiguan.exchange.clearing.marking import PositionSide
from huiguan.exchange.quotes import lots_of
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import natural


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
    """One side of one contract held by one trading code, as the liquidation list needs it."""

    trading_code: str
    instrument: str
    side: PositionSide
    lots: int
    margin_per_lot_fen: int  # freed by closing one lot
    net_loss_fen: int = 0  # of the trading code in the contract; a profit is negative
    hedging: bool = False
    house: bool = False  # the member's own account


class ForceClose(msgspec.Struct, frozen=True):
    """Lots to close by force in the next session."""

    trading_code: str
    instrument: str
    side: PositionSide
    hedging: bool
    lots: int
    reason: ForceCloseReason


@rule("Risk Management Rules, forced liquidation: general, open interest, loss", "secondary")
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
def liquidation_list(
    exposures: Iterable[Exposure],
    open_interest_lots: Mapping[str, int],
    missing_fen: int,
    reason: ForceCloseReason = ForceCloseReason.LACK_OF_DEPOSIT,
) -> list[ForceClose]:
    """Return the force-close orders that free at least ``missing_fen`` of margin, and no lot more.

    Missing 100,000.00, first position frees 35,000.00 a lot: 3 lots of it are enough.
    """
    orders: list[ForceClose] = []
    for row in liquidation_order(exposures, open_interest_lots):
        if missing_fen <= 0:
            break
        if row.margin_per_lot_fen <= 0:
            continue
        lots = min(row.lots, -(-missing_fen // row.margin_per_lot_fen))
        missing_fen -= lots * row.margin_per_lot_fen
        if lots:
            orders.append(_force_close(row, lots, reason))
    return orders


def _force_close(row: Exposure, lots: int, reason: ForceCloseReason) -> ForceClose:
    """Return the order that closes ``lots`` of a position."""
    return ForceClose(
        trading_code=row.trading_code,
        instrument=row.instrument,
        side=row.side,
        hedging=row.hedging,
        lots=lots,
        reason=reason,
    )


@rule("Risk Management Rules, positions above the limit: largest position first", "unconfirmed")
def excess_list(
    exposures: Sequence[Exposure],
    limit_lots: int,
    reason: ForceCloseReason = ForceCloseReason.CLIENT_OVER_LIMIT,
) -> list[ForceClose]:
    """Return the force-close orders that bring one holder's side of a contract to the limit.

    ``exposures`` are the holder's general positions over its members, one contract and one side;
    the largest is cut first. 5,000 and 4,000 held, limit 8,000: 1,000 of the first.
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
def lots_over_multiple(lots: int, delivery_unit_lots: int) -> int:
    """Return the lots of a position that are no whole delivery unit: 13 lots of 5 give 3."""
    return lots_of(lots) % natural(delivery_unit_lots, "delivery unit", 1)


@rule("members with the larger call are liquidated first", "unconfirmed")
def members_in_order(calls_fen: Mapping[str, int]) -> list[str]:
    """Return the members to liquidate, the largest margin to be added first.

    Calls of 300,000 for 0001, 900,000 for 0002 and 0 for 0003: 0002, 0001.
    """
    return sorted((m for m in calls_fen if calls_fen[m] > 0), key=lambda m: (-calls_fen[m], m))
