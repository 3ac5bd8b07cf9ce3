"""Tomorrow's margin rates and price limits of a contract.

Three sources meet: circulars (with their holiday clauses), the ladder by time, and the widening
after limit-locked days. Circular against ladder: the higher. The widening is added on top of the
circular's limit. "From day X" means: charged at the clearing of the trading day before X. The
ladder's rate on a day is in the rulebooks: ``lookups.ladder_rate_on``.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated, Literal

import msgspec

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_decimal, as_rate, exact
from huiguan.exchange.rules.price_limits import Lock
from huiguan.exchange.rules.values import WithCircular
from huiguan.foundation.calendars import Day
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, whole_number

ZERO = Decimal(0)
MOVE_DAYS = (3, 4, 5)  # over which a cumulative move is measured


@rule("circular clause (b): circular against ladder, the higher one applies", "confirmed")
@checked
def margin_in_force(circular_rate: Rate, ladder: Rate = 0, other: Rate = 0) -> Decimal:
    """Return the margin rate: the highest of circular, ladder and whatever else applies.

    The hedging discount is in the circular's rate: hedging 10 %, ladder 15 %: 15 %.
    """
    return as_decimal(max(as_rate(rate) for rate in (circular_rate, ladder, other)))


@rule("Risk Management Rules to about 2018: margin by two-sided open interest", "secondary")
@checked
def open_interest_rate(
    open_interest_lots: Lots, steps: Sequence[tuple[Lots, Rate]], listing_rate: Rate
) -> Decimal:
    """Return the margin rate of the open-interest ladder; steps are (above lots, rate).

    ``listing_rate`` is the least; steps are the ``open_interest_ladder`` of the books.

    Aluminium about 2018, two-sided: above 320,000 lots 10 %: 350,000 lots give 10 %.

    A calculator: nothing in Huiguan calls it.
    """
    reached = [as_rate(rate) for above, rate in steps if open_interest_lots > above]
    return as_decimal(max([as_rate(listing_rate), *reached]))


class Circular(msgspec.Struct, frozen=True):
    """One row of a circular: margins from the clearing of a day, the limit from the next day.

    ``if_unlocked``: takes effect only if no limit-locked market occurs on that day; else at the
    clearing of the first later day without one. ``reverts_from``: the values end at the clearing
    of the first trading day from this one on without a limit-locked market (holiday clause).
    """

    number: str
    clearing: Day
    limit: Rate
    hedging: Rate
    general: Rate
    if_unlocked: bool = False
    reverts_from: Day | None = None


@rule("circular clauses (a) and (c): effect at a clearing, conditional and reverting", "confirmed")
@checked
def circular_in_force(
    circulars: Iterable[Circular], clearing_day: Day, cleared_days: Sequence[tuple[Day, bool]]
) -> Circular:
    """Return the circular whose margins are charged at the clearing of a day.

    ``cleared_days`` are (trading day, whether the contract was limit-locked), up to and including
    ``clearing_day``. A reverted circular leaves the one that was in force before it. 13 % from the
    clearing of 2026-02-12 with ``reverts_from=20260224``: in force on 02-13, and over at the
    clearing of 02-24 when that day was not locked.

    A calculator: nothing in Huiguan calls it.
    """
    current: list[Circular] = []
    for circular in sorted(circulars, key=lambda row: row.clearing):
        if circular.clearing > clearing_day:
            continue
        if circular.if_unlocked and not _unlocked(cleared_days, circular.clearing, clearing_day):
            continue
        if circular.reverts_from is not None and _unlocked(
            cleared_days, circular.reverts_from, clearing_day
        ):
            continue
        current.append(circular)
    if not current:
        raise InputFault(f"no circular is in force at the clearing of {clearing_day}")
    return current[-1]


def _unlocked(cleared_days: Sequence[tuple[int, bool]], first: int, last: int) -> bool:
    """Return whether a day from ``first`` to ``last`` closed without a lock."""
    return any(first <= day <= last and not locked for day, locked in cleared_days)


LockedDay = Annotated[int, partial(whole_number, least=0, most=3)]


class LockState(msgspec.Struct, frozen=True):
    """Where a contract stands in the ladder of limit-locked days.

    ``day`` is 0 (not locked), 1, 2 or 3 (D1, D2, D3 closed locked in the same direction). It is
    kept unchanged over a halted D4.
    """

    day: LockedDay = 0
    side: Lock = Lock.NONE
    first_limit: Decimal = ZERO  # in force on D1


@rule("Risk Management Rules, consecutive limit-locked days", "secondary")
@checked
def next_lock_state(state: LockState, locked: Lock, limit_rate: Rate) -> LockState:
    """Return the state after a day's close; ``limit_rate`` was in force on that day.

    The same direction again counts one up; the opposite direction makes the day a new D1; a day
    without a lock ends it.
    """
    if locked == Lock.NONE:
        return LockState()
    if state.day in {1, 2} and locked == state.side:
        return LockState(day=state.day + 1, side=locked, first_limit=state.first_limit)
    return LockState(day=1, side=locked, first_limit=as_decimal(as_rate(limit_rate)))


@rule("Risk Management Rules: D1's limit + 3, then + 5 points; with or on a circular", "confirmed")
@checked
def limit_after_lock(
    state: LockState,
    circular_limit: Rate,
    points: tuple[Rate, Rate],
    with_circular: WithCircular,
) -> Decimal:
    """Return tomorrow's limit rate: the circular's, or the widened one after a locked day.

    ``points`` (after the first and after the second locked day) and ``with_circular`` are the
    ``limit_lock`` of the books; SHFE adds 3, then 5. Points are added to the limit in force on D1.
    Where tomorrow's circular is higher than that, they are added to it (texts from 2024 on), or the
    ``higher`` of circular and widened limit counts (texts of 2018). D1 at 12 %: 15 %, then 17 %; it
    stays 17 % after D3 until the exchange decides. D1 at 5 %, tomorrow's circular 7 %: 10 % added,
    else max(7, 8) = 8 %.
    """
    base = as_rate(circular_limit)
    if state.day:
        extra = as_rate(points[min(state.day, 2) - 1])
        first = as_rate(state.first_limit)
        base = max(base, first + extra) if with_circular == "higher" else max(base, first) + extra
    return as_decimal(base)


@rule("Risk Management Rules: limit + 2 points, not below the margin before", "confirmed")
@checked
def margin_after_lock(
    state: LockState, limit_rate: Rate, margin_before: Rate, over: Rate
) -> Decimal:
    """Return the margin rate the lock asks for at this clearing; zero after an unlocked day.

    ``limit_rate`` is tomorrow's, ``margin_before`` the rate of the clearing before the locked day,
    ``over`` the ``margin_above_limit`` of the ``limit_lock`` of the books, 2 %. Limit 15 %: 17 %;
    limit 17 %: 19 %.
    """
    if not state.day:
        return ZERO
    return as_decimal(max(as_rate(limit_rate) + as_rate(over), as_rate(margin_before)))


@rule("Risk Management Rules, after D3: a day without trading", "secondary")
@checked
def halted_after_lock(
    state: LockState,
    trading_days_left: Count,
    mode: Literal["automatic", "decided", "none"],
) -> bool:
    """Return whether the contract has no trading on the next trading day.

    After D3 in the same direction, with ``trading_days_left`` trading days after D3 up to the last
    trading day: 0, straight to delivery; 1, D4 is the last day and trades; else halted. ``mode`` is
    ``after_third`` of the ``limit_lock`` of the books: with ``decided`` or ``none`` it is left to a
    decision of the exchange.
    """
    return state.day == 3 and mode == "automatic" and trading_days_left > 1


class Tomorrow(msgspec.Struct, frozen=True):
    """What a contract has from this clearing (margins) and on the next trading day (limit)."""

    limit: Decimal
    general: Decimal
    hedging: Decimal
    halted: bool
    state: LockState


@rule("order: circular, lock points, ladder, not below the margin before", "confirmed")
@checked
def parameters_of_tomorrow(
    *,
    circular: Circular,
    ladder: Rate,
    state: LockState,
    general_before: Rate,
    hedging_before: Rate,
    halted: bool = False,
    decided: Circular | None = None,
    points: tuple[Rate, Rate],
    over: Rate,
    with_circular: WithCircular,
) -> Tomorrow:
    """Return limit and margin rates of the next trading day for one contract.

    ``state`` is after today's close. ``decided`` is the exchange's decision for the day (measure 1
    after D3, or an emergency) and replaces circular and lock; the ladder stays the least.
    ``points``, ``over`` and ``with_circular`` are the ``limit_lock`` of the books.
    Nickel 2022-03-08 (D2, limit on D1 12 %): limit 17 %, margin 19 %.
    """
    highest, after_lock = unchecked(margin_in_force), unchecked(margin_after_lock)
    if decided is not None:
        return Tomorrow(
            limit=as_decimal(as_rate(decided.limit)),
            general=highest(decided.general, ladder),
            hedging=highest(decided.hedging, ladder),
            halted=halted,
            state=state,
        )
    limit = unchecked(limit_after_lock)(state, circular.limit, points, with_circular)
    return Tomorrow(
        limit=limit,
        general=highest(circular.general, ladder, after_lock(state, limit, general_before, over)),
        hedging=highest(circular.hedging, ladder, after_lock(state, limit, hedging_before, over)),
        halted=halted,
        state=state,
    )


@rule("Risk Management Rules, cumulative move over three to five days, as recalled", "unconfirmed")
@checked
def cumulative_move(
    base_settlement: Annotated[Size, "base settlement price"],
    settlements: Sequence[Price],
    thresholds: tuple[Rate, Rate, Rate],
) -> int:
    """Return after how many days (3, 4 or 5) the move reaches its threshold; zero for none.

    ``base_settlement`` is the settlement of the day before the first of ``settlements``. Then the
    exchange may raise margins, limit withdrawals or opening, or change limits (to at most 20 %).
    ``thresholds`` are those of three, four and five days: of metals and most 7.5, 9 and 10.5 %, of
    ru 9, 12 and 13.5 %, as recalled. 70,000 -> 75,250 on the third day is 7.5 %: 3.

    A calculator: nothing in Huiguan calls it.
    """
    base = exact(base_settlement)
    for days, threshold in zip(MOVE_DAYS, thresholds, strict=True):
        if len(settlements) < days:
            break
        if moved_by(base, exact(settlements[days - 1]), threshold):
            return days
    return 0


def moved_by(base: Fraction, now: Fraction, threshold: Rate) -> bool:
    """Return whether a price has moved by at least a part of what it was, up or down."""
    return abs(now / base - 1) >= as_rate(threshold, "threshold")
