"""The settlement price of the day: the whole-day average, and what replaces it without trades.

SHFE and INE take all trades of the trading day, night and day, and cut the volume-weighted mean
down to the tick; the direction and each fallback are settings. The index-futures exchange (CFFEX)
averages the last hour. Final settlement prices are in ``final_settlement``.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_rate, exact, middle, to_tick
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count

Fallback = Literal["middle_of_quotes", "locked_limit", "reference_contract", "previous_settlement"]
FALLBACKS: tuple[Fallback, ...] = (
    "middle_of_quotes",
    "locked_limit",
    "reference_contract",
    "previous_settlement",
)
HOUR_MS = 3_600_000
ReferenceChange = Literal["relative", "additive"]
Snapshots = Sequence[tuple[int, Count, Count]]


class SettlementPrice(msgspec.Struct, frozen=True):
    """A price and the rule that gave it."""

    price: Decimal
    by: str  # decided, halted, trades, or the name of a fallback


@rule("Clearing Rules: volume-weighted mean of all trades of the day, cut to the tick", "secondary")
@checked
def average_of_trades(
    trades: Sequence[tuple[Price, Lots]], tick: Size, rounding: Rounding
) -> Decimal:
    """Return the volume-weighted mean of (price, lots), rounded to the tick.

    ``rounding`` is that of the ``settlement`` of the books; SHFE, INE and CFFEX cut down. 2 lots at
    70,010 and 1 at 70,040: 210,060 / 3 = 70,020 with tick 10.

    A calculator: nothing in Huiguan calls it.
    """
    volume = sum(lots for _, lots in trades)
    if volume == 0:
        raise InputFault("no trades: a mean needs at least one lot; use settlement_price")
    total = sum((exact(price) * lots for price, lots in trades), Fraction(0))
    return to_tick(total / volume, tick, rounding)


@rule("Clearing Rules: turnover / (volume x lot size), cut to the tick", "secondary")
@checked
def average_of_turnover(
    turnover_fen: Count,
    volume_lots: Annotated[Lots, "volume"],
    lot_size: Size,
    tick: Size,
    rounding: Rounding,
) -> Decimal:
    """Return the volume-weighted mean from a day's turnover and volume, rounded to the tick.

    cu2610 on 2026-09-15: 57,740,839,700.00 CNY / (107,989 lots x 5 t) = 106,938.4 -> 106,930.
    """
    if volume_lots == 0:
        raise InputFault("no trades: a mean needs at least one lot; use settlement_price")
    mean = Fraction(turnover_fen) / (100 * exact(lot_size) * volume_lots)
    return to_tick(mean, tick, rounding)


@rule("Clearing Rules, no trade but both quotes: middle of bid, ask, previous", "unconfirmed")
@checked
def middle_of_quotes(
    best_bid: Price, best_ask: Price, previous_settlement: Price, tick: Size
) -> Decimal:
    """Return the middle one of best bid, best ask and previous settlement.

    Bid 70,100, ask 70,300, previous 69,900: 70,100.
    """
    return to_tick(middle([exact(best_bid), exact(best_ask), exact(previous_settlement)]), tick)


@rule("Clearing Rules, no trade: change of the reference contract", "unconfirmed")
@checked
def by_reference_contract(
    previous_settlement: Price,
    reference_settlement: Price,
    reference_previous: Price,
    tick: Size,
    limit_rate: Rate | None = None,
    upper_limit: Price | None = None,
    lower_limit: Price | None = None,
    *,
    rounding: Rounding,
    reference_change: ReferenceChange,
) -> Decimal:
    """Return the previous settlement moved as the reference contract moved.

    The reference is the nearest preceding month that traded. ``relative`` applies its percentage,
    clipped to the limit rate; ``additive`` (CFFEX) its difference: both, and ``rounding``, are the
    ``settlement`` of the books. The result stays in the limits.
    Reference 70,000 -> 71,400 (+2 %), previous 69,000: 70,380.
    """
    previous, now = exact(previous_settlement), exact(reference_settlement)
    before = exact(reference_previous)
    if reference_change == "additive":
        price = previous + now - before
    else:
        if before <= 0:
            raise InputFault(
                f"reference contract: a previous settlement of {reference_previous} has no"
                " percentage; take the additive change"
            )
        change = now / before - 1
        if limit_rate is not None:
            limit = as_rate(limit_rate)
            change = max(-limit, min(limit, change))
        price = previous * (1 + change)
    result = to_tick(price, tick, rounding)
    if upper_limit is not None:
        result = min(result, to_tick(upper_limit, tick))
    if lower_limit is not None:
        result = max(result, to_tick(lower_limit, tick))
    return result


@rule("Clearing Rules, settlement price with every fallback in order", "secondary")
@checked
def settlement_price(
    *,
    tick: Size,
    lot_size: Size,
    previous_settlement: Price,
    turnover_fen: Count = 0,
    volume_lots: Annotated[Lots, "volume"] = 0,
    best_bid: Price | None = None,
    best_ask: Price | None = None,
    locked_at: Price | None = None,
    reference_settlement: Price | None = None,
    reference_previous: Price | None = None,
    limit_rate: Rate | None = None,
    upper_limit: Price | None = None,
    lower_limit: Price | None = None,
    halted: bool = False,
    decided: Price | None = None,
    rounding: Rounding,
    fallbacks: Sequence[Fallback],
    reference_change: ReferenceChange,
) -> SettlementPrice:
    """Return the settlement price of a contract and the rule that gave it.

    In order: what the exchange decided; a halted day keeps the previous settlement (unconfirmed);
    the mean of all trades; then the ``fallbacks`` that apply: both quotes at the close, the limit
    price of a market locked one-sided for the last five minutes (``locked_at``, else None), the
    reference contract, the previous settlement (the listing benchmark on a first day). The
    ``settlement`` of the books has ``rounding``, ``fallbacks`` and ``reference_change``. Copper
    without a trade, the nearer month 70000 to 71400 (+2 %), before 69000: 70380.
    """

    def done(price: Price, by: str) -> SettlementPrice:
        return SettlementPrice(price=unchecked(to_tick)(price, tick, rounding), by=by)

    if (reference_settlement is None) != (reference_previous is None):
        raise InputFault("the reference contract needs its settlement price of both days")
    if decided is not None:
        return done(decided, "decided")
    if halted:
        return done(previous_settlement, "halted")
    if volume_lots:
        price = unchecked(average_of_turnover)(turnover_fen, volume_lots, lot_size, tick, rounding)
        return done(price, "trades")
    for fallback in fallbacks:
        if fallback == "middle_of_quotes" and best_bid is not None and best_ask is not None:
            price = unchecked(middle_of_quotes)(best_bid, best_ask, previous_settlement, tick)
            return done(price, fallback)
        if fallback == "locked_limit" and locked_at is not None:
            return done(locked_at, fallback)
        if (
            fallback == "reference_contract"
            and reference_settlement is not None
            and reference_previous is not None
        ):
            price = unchecked(by_reference_contract)(
                previous_settlement,
                reference_settlement,
                reference_previous,
                tick,
                limit_rate,
                upper_limit,
                lower_limit,
                rounding=rounding,
                reference_change=reference_change,
            )
            return done(price, fallback)
        if fallback == "previous_settlement":
            break
    return done(previous_settlement, "previous_settlement")


@rule("CFFEX Clearing Rules: mean of the last hour, cut down to the tick", "secondary")
@checked
def average_between(
    snapshots: Snapshots,
    start_ms: int,
    end_ms: int,
    lot_size: Size,
    tick: Size,
    rounding: Rounding,
) -> Decimal | None:
    """Return the mean of the trades after ``start_ms`` up to ``end_ms``, None without trades.

    Snapshots are (time of day in ms, volume and turnover in fen since the open), in time order;
    turnover and volume of the period are differences of these running totals. 300 CNY a
    point, 100 lots and 12,000,000,000 fen at 14:00, 150 lots and 18,015,000,000 fen at 15:00:
    60,150,000 CNY / (50 x 300) = 4,010.
    """

    def totals(until: int) -> tuple[int, int]:
        rows = [(volume, turnover) for time, volume, turnover in snapshots if time <= until]
        return rows[-1] if rows else (0, 0)

    volume_before, turnover_before = totals(start_ms)
    volume, turnover = totals(end_ms)
    if volume < volume_before or turnover < turnover_before:
        raise InputFault("volume and turnover since the open never fall; give them in time order")
    if volume == volume_before:
        return None
    return unchecked(average_of_turnover)(
        turnover - turnover_before, volume - volume_before, lot_size, tick, rounding
    )


@rule("CFFEX Clearing Rules: last hour; without trades the hour before, and so on", "secondary")
@checked
def last_hour_average(
    snapshots: Snapshots,
    lot_size: Size,
    tick: Size,
    sessions_ms: Sequence[tuple[int, int]],
    rounding: Rounding,
) -> Decimal | None:
    """Return the settlement price of a venue that averages the last trading hour.

    ``sessions_ms`` are the trading periods of the day (start, end); hours are counted back from
    the close through trading time. A last trade within the first hour, or no earlier hour with
    trades, means all trades of the day; no trade at all gives None. Sessions 9:30-11:30 and
    13:00-15:00 are ``[(34_200_000, 41_400_000), (46_800_000, 54_000_000)]``; trades up to 14:00
    leave the mean alone when there are later ones.
    """
    _check_sessions(sessions_ms)
    mean = unchecked(average_between)
    end, close = sessions_ms[-1][1], snapshots[-1][0] if snapshots else 0
    while (start := _hour_before(end, sessions_ms)) is not None:
        price = mean(snapshots, start, max(end, close), lot_size, tick, rounding)
        if price is not None:
            return price
        end, close = start, start
    if not snapshots:
        return None
    first, last = snapshots[0][0], snapshots[-1][0]
    return mean(snapshots, first - 1, last, lot_size, tick, rounding)


def _check_sessions(sessions_ms: Sequence[tuple[int, int]]) -> None:
    """Refuse trading periods that are none, out of order, or longer than a day."""
    if not sessions_ms:
        raise InputFault("a day without a trading period has no last hour; give its periods")
    before = sessions_ms[0][0]
    for start, stop in sessions_ms:
        if not before <= start < stop <= start + 24 * HOUR_MS:
            raise InputFault(
                f"trading period from {start} to {stop} ms: it follows the one before, and ends"
                " within a day of its start"
            )
        before = stop


def _hour_before(end_ms: int, sessions_ms: Sequence[tuple[int, int]]) -> int | None:
    """Return the clock time one trading hour before ``end_ms``, None when the day is shorter."""
    left = HOUR_MS
    for start, stop in reversed(sessions_ms):
        length = min(stop, end_ms) - start
        if length >= left:
            return min(stop, end_ms) - left
        left -= max(0, length)
    return None
