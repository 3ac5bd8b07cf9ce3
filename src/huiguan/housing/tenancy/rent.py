"""Rent: ceilings from dated assessments, months in part, payers who share; always whole fen.

A ceiling rounds down, because one fen more would break it. A part of a month is charged by its
days: what is due at its end less what was due at its start, each nearest fen, half up, so that
parts which meet inside a month add up to its rent and never exceed it. Where payers share, exactly
one takes what the others leave, so that the shares always add up to the charge.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from huiguan.foundation.arithmetic import (
    PPB,
    Rounding,
    divide,
    multiply_divide,
    multiply_rate,
    parse_rate,
)
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import (
    Count,
    Fen,
    SignedFen,
    natural,
    shown,
    whole_number,
)
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import add_months, days_in_month, days_within_month, in_order

LEAST_PPB = 100_000  # 0.01 %: a smaller share or increase is a slip of the unit
MOST_RENT_FEN = 10**9  # ten million yuan a month: more is a slip, and products would pass int64
LONGEST_MONTH = 31
Limb = Literal["market share", "yearly increase", "market growth"]


class RentCeiling(msgspec.Struct, frozen=True):
    """The most a month may cost, which limb decides, and every limb (0 where it does not apply)."""

    ceiling_fen: int
    limb: Limb
    market_share_fen: int
    increase_fen: int = 0
    growth_fen: int = 0


def as_ppb(rate: object, what: str) -> int:
    """Return parts per billion of a rate: an int is that already, a text is like "90%"."""
    ppb = parse_rate(rate, what) if isinstance(rate, str) else natural(rate, what)
    if 0 < ppb < LEAST_PPB or not 0 <= ppb <= PPB:
        raise InputFault(f"{what}: {shown(rate)} is no share of a rent; write '90%' or 900_000_000")
    return ppb


def rent_of_month(value: object, what: str) -> int:
    """Return a month's rent in whole fen."""
    return whole_number(value, what, 0, MOST_RENT_FEN)


Rent = Annotated[int, rent_of_month]
MarketRent = Annotated[int, rent_of_month, "market rent"]
Rate = Annotated[int | str, as_ppb]


@rule("R9 Shanghai: at most 90 % of assessed market rent", "confirmed")
@checked
def market_share_limb(market_fen: MarketRent, share_ppb: Rate) -> int:
    """Return the share of today's assessed market rent a month may cost, rounded down to the fen.

    A rate is parts per billion (900,000,000 is 90 %), or a text: "90%".
    Example: 90 % of 4,000.00 is 3,600.00: ``market_share_limb(400_000, 900_000_000)`` is
    ``360_000``.
    """
    return multiply_rate(market_fen, as_ppb(share_ppb, "share"), Rounding.DOWN)


@rule("R10 Shanghai: at most 5 % a year", "confirmed")
@checked
def increase_limb(old_rent_fen: Rent, increase_ppb: Rate) -> int:
    """Return the old rent with the yearly increase, rounded down to the fen.

    Example: 3,500.00 and 5 % are 3,675.00: ``increase_limb(350_000, 50_000_000)`` is ``367_500``.
    """
    rise = PPB + as_ppb(increase_ppb, "increase")
    return multiply_divide(old_rent_fen, rise, PPB, Rounding.DOWN)


@rule("R10 Shanghai: not above the growth of monitored market rent", "unconfirmed")
@checked
def growth_limb(old_rent_fen: Rent, market_before_fen: Rent, market_fen: MarketRent) -> int:
    """Return the old rent moved as the assessed market rent moved, rounded down to the fen.

    Example: 3,500.00 while the market went from 4,000.00 to 4,080.00 (2 %) is 3,570.00:
    ``growth_limb(350_000, 400_000, 408_000)`` is ``357_000``. A market that fell to 3,800.00 gives
    3,325.00: ``growth_limb(350_000, 400_000, 380_000)`` is ``332_500``.
    """
    if market_before_fen == 0:
        raise InputFault("the earlier market rent must be above zero to measure growth from it")
    return multiply_divide(old_rent_fen, market_fen, market_before_fen, Rounding.DOWN)


@rule("R9 and R10 Shanghai: rent ceiling", "confirmed")
@checked
def rent_ceiling(
    market_fen: MarketRent,
    share_ppb: Rate,
    old_rent_fen: Rent | None = None,
    increase_ppb: Rate | None = None,
    market_before_fen: Rent | None = None,
) -> RentCeiling:
    """Return the most a month may cost: the lowest limb of those that apply.

    Rates are parts per billion, or texts such as "90%".
    ``market_fen`` is today's assessed market rent; a first letting has only that limb. With
    ``old_rent_fen`` and ``increase_ppb`` the yearly increase applies too; with
    ``market_before_fen`` (assessed when the old rent was set) the market's growth as well
    (unconfirmed, so it is switched by leaving it out). Equal limbs: the first named decides.

    Example: a first letting at a market rent of 4,000.00:
    ``rent_ceiling(400_000, 900_000_000).ceiling_fen`` is ``360_000``. Old rent 3,500.00, market now
    4,200.00, 5 %: min(3,780.00, 3,675.00):
    ``rent_ceiling(420_000, 900_000_000, 350_000, 50_000_000).ceiling_fen`` is ``367_500``. The
    market was 4,000.00 and fell to 3,800.00: min(3,420.00, 3,675.00, 3,325.00), below the old rent:
    ``rent_ceiling(380_000, 900_000_000, 350_000, 50_000_000, 400_000).ceiling_fen`` is
    ``332_500``.
    """
    share = unchecked(market_share_limb)(market_fen, share_ppb)
    limbs: list[tuple[int, Limb]] = [(share, "market share")]
    increase = growth = 0
    if old_rent_fen is not None:
        if increase_ppb is None:
            raise InputFault("an old rent needs the yearly increase that applies to it")
        increase = unchecked(increase_limb)(old_rent_fen, increase_ppb)
        limbs.append((increase, "yearly increase"))
        if market_before_fen is not None:
            growth = unchecked(growth_limb)(old_rent_fen, market_before_fen, market_fen)
            limbs.append((growth, "market growth"))
    ceiling, limb = min(limbs, key=lambda entry: entry[0])
    return RentCeiling(
        ceiling_fen=ceiling,
        limb=limb,
        market_share_fen=share,
        increase_fen=increase,
        growth_fen=growth,
    )


@rule("R9 and R10 Shanghai: rent ceiling", "confirmed")
@checked
def check_rent(rent_fen: Rent, ceiling_fen: Rent) -> Refusal:
    """Return whether a month's rent keeps its ceiling; exactly the ceiling does.

    Example: ``check_rent(360_001, 360_000)`` is ``Refusal.RENT_ABOVE_CEILING``.
    """
    return Refusal.RENT_ABOVE_CEILING if rent_fen > ceiling_fen else Refusal.ACCEPTED


@rule("R10 Shanghai: at most 5 % a year", "confirmed")
@checked
def may_rise_on(last_set_on: date) -> date:
    """Return the first day a new increase may apply: a full year after the rent was last set.

    Example: ``may_rise_on(date(2025, 7, 1))`` is ``date(2026, 7, 1)``.
    """
    return add_months(last_set_on, 12)


class Assessment(msgspec.Struct, frozen=True):
    """A market rent of a place, assessed by somebody on a day."""

    assessed_on: date
    market_fen: MarketRent
    source: str


@rule("R9 Shanghai: assessed market rent", "confirmed")
@checked
def assessment_on(assessments: Sequence[Assessment], on: date) -> Assessment:
    """Return the newest assessment made on or before ``on``; the order given does not matter.

    Two assessments of one day: the lower one, so that doubt never raises a rent.
    """
    known = [entry for entry in assessments if entry.assessed_on <= on]
    if not known:
        raise InputFault(f"no market rent was assessed by {on}: a ceiling cannot be known")
    return max(known, key=lambda entry: (entry.assessed_on, -entry.market_fen))


@rule("proration by the days of the calendar month", "assumed")
@checked
def prorate(rent_fen: Rent, days: Count, days_of_month: Count, before: Count = 0) -> int:
    """Return the rent of ``days`` of a month that has ``days_of_month``, after ``before`` others.

    It is the rent due for the days up to its end less that due up to its start, each nearest fen,
    half up: parts that meet add up to the rent of all their days. Example: 500.00 for 14 of 30 days
    is 233.33: ``prorate(50_000, 14, 30)`` is ``23_333``; half a fen rounds up:
    ``prorate(1, 15, 30)`` is ``1``, so the other half of the month costs nothing:
    ``prorate(1, 15, 30, 15)`` is ``0``.
    """
    if not 1 <= days_of_month <= LONGEST_MONTH or before + days > days_of_month:
        after = f" after {before}" if before else ""
        raise InputFault(f"{days} days{after} do not fit in a month of {days_of_month}")
    due = divide(rent_fen * (before + days), days_of_month, Rounding.HALF_UP)
    return due - divide(rent_fen * before, days_of_month, Rounding.HALF_UP)


@rule("proration by the days of the calendar month", "assumed")
@checked
def month_rent(rent_fen: Rent, start: date, end: date, month: date) -> int:
    """Return the rent of [start, end) in the calendar month of ``month`` (``prorate``).

    Leases of one rent that meet inside the month cost that rent together: of 1,000.01 for April,
    one that ends and one that starts on the 16th cost 500.01 and 500.00:
    ``month_rent(100_001, date(2026, 4, 16), date(2027, 4, 16), date(2026, 4, 1))`` is ``50_000``.
    Example: 3,000.00 from 17 June 2026 to 17 June 2027; June has 14 of 30 days:
    ``month_rent(300_000, date(2026, 6, 17), date(2027, 6, 17), date(2026, 6, 1))`` is ``140_000``.
    """
    days = unchecked(days_within_month)(start, end, month)
    before = max(0, (start - month.replace(day=1)).days) if days else 0
    return unchecked(prorate)(rent_fen, days, unchecked(days_in_month)(month), before)


@rule("proration by the days of the calendar month", "assumed")
@checked
def period_rent(rent_fen: Rent, start: date, end: date) -> list[tuple[date, int]]:
    """Return (first day of the month, rent) for every calendar month that [start, end) touches.

    Example: 3,000.00 over [17 June, 11 August 2026): June 14 of 30 days, July, August 10 of 31:
    ``period_rent(300_000, date(2026, 6, 17), date(2026, 8, 11))`` is
    ``[(date(2026, 6, 1), 140_000), (date(2026, 7, 1), 300_000), (date(2026, 8, 1), 96_774)]``.
    """
    in_order(start, end)
    rows = []
    month = start.replace(day=1)
    while month < end and start < end:
        rows.append((month, unchecked(month_rent)(rent_fen, start, end, month)))
        month = unchecked(add_months)(month, 1)
    return rows


class Share(msgspec.Struct, frozen=True):
    """A payer's part of each month's rent: an amount, a rate, or the rest (both left out)."""

    payer: Name
    amount_fen: SignedFen | None = None
    rate_ppb: int | None = None


@rule("R19 Shanghai: employer and worker share the rent", "confirmed")
@checked
def check_shares(rent_fen: Rent, shares: Sequence[Share]) -> Refusal:
    """Return why these shares cannot split a month's rent, or ``ACCEPTED``.

    Exactly one payer takes the rest, nobody is named twice, nobody has both an amount and a rate,
    and the others together stay within the rent. Example:
    ``check_shares(55_000, [Share(payer="worker", amount_fen=30_000)])`` is
    ``Refusal.NOT_ONE_REMAINDER``.
    """
    one_spelling([entry.payer for entry in shares], "payers")
    rests = [entry for entry in shares if entry.amount_fen is None and entry.rate_ppb is None]
    if len(rests) != 1:
        return Refusal.NOT_ONE_REMAINDER
    if len({entry.payer for entry in shares}) != len(shares):
        return Refusal.PAYER_TWICE
    if any(entry.amount_fen is not None and entry.rate_ppb is not None for entry in shares):
        return Refusal.SHARE_UNCLEAR
    if any((entry.amount_fen or 0) < 0 or (entry.rate_ppb or 0) < 0 for entry in shares):
        return Refusal.SHARE_UNCLEAR
    fixed = sum(part_of(rent_fen, entry, 1, 1) for entry in shares if entry is not rests[0])
    if fixed > rent_fen:
        return Refusal.SHARES_ABOVE_RENT
    return Refusal.ACCEPTED


@rule("R19 Shanghai: employer and worker share the rent", "confirmed")
@checked
def split_rent(
    rent_fen: Rent,
    shares: Sequence[Share],
    days: Count = 1,
    days_of_month: Count = 1,
    before: Count = 0,
) -> dict[str, int]:
    """Return what each payer owes for ``days`` of a month; the parts add up to the prorated rent.

    A payer of an amount owes it by the days, a payer of a rate that part of the charge, both
    rounded down to the fen; the one payer of the rest owes what remains of the charge. Leave the
    days out for a full month.

    Example: a bed of 550.00, the worker 300.00, the employer the rest:
    ``split_rent(55_000, [Share(payer="worker", amount_fen=30_000), Share(payer="employer")])`` is
    ``{"worker": 30_000, "employer": 25_000}``. For 14 of 30 days the charge is 256.67, the worker's
    part 140.00:
    ``split_rent(55_000, [Share(payer="w", amount_fen=30_000), Share(payer="e")], 14, 30)`` is
    ``{"w": 14_000, "e": 11_667}``. A rate of 60 %:
    ``split_rent(100_001, [Share(payer="e", rate_ppb=600_000_000), Share(payer="w")])`` is
    ``{"e": 60_000, "w": 40_001}``.
    """
    refusal = unchecked(check_shares)(rent_fen, shares)
    if refusal:
        raise InputFault(f"{refusal.english}: the rent cannot be split")
    charge = unchecked(prorate)(rent_fen, days, days_of_month, before)
    parts = {entry.payer: part_of(charge, entry, days, days_of_month) for entry in shares}
    rest = next(e.payer for e in shares if e.amount_fen is None and e.rate_ppb is None)
    parts[rest] = charge - sum(parts.values())
    return parts


def part_of(charge_fen: int, share: Share, days: int, days_of_month: int) -> int:
    """Return what a payer of an amount or a rate owes of a charge; 0 for the payer of the rest."""
    if share.amount_fen is not None:
        return divide(share.amount_fen * days, days_of_month, Rounding.DOWN)
    return multiply_rate(charge_fen, share.rate_ppb or 0, Rounding.DOWN)


@rule("split evenly, a fen of the remainder to each of the first", "assumed")
@checked
def split_evenly(rent_fen: Rent, payers: Names) -> dict[str, int]:
    """Return equal whole-fen parts; of the fen that are left the first payers take one each.

    Example: ``split_evenly(10_000, ["a", "b", "c"])`` is ``{"a": 3_334, "b": 3_333, "c": 3_333}``.
    No two parts are more than a fen apart: ``split_evenly(1_001, ["a", "b", "c"])`` is
    ``{"a": 334, "b": 334, "c": 333}``.
    """
    if not payers:
        raise InputFault("a rent needs payers, each named once")
    each, left = divmod(rent_fen, len(payers))
    return {payer: each + (at < left) for at, payer in enumerate(payers)}


@rule("R13 Shanghai: no more than one quarter in advance", "unconfirmed")
@checked
def check_prepaid(months: Count, most_months: Count) -> Refusal:
    """Return whether rent may be asked ``months`` in advance; exactly the limit may.

    Example: ``check_prepaid(4, 3)`` is ``Refusal.PREPAID_TOO_FAR``.
    """
    return Refusal.PREPAID_TOO_FAR if months > most_months else Refusal.ACCEPTED


@rule("R20 Shanghai: about 15 % of a worker's wage", "confirmed")
@checked
def within_wage_share(paid_fen: Annotated[Fen, "payment"], wage_fen: Fen, share_ppb: Rate) -> bool:
    """Return whether a month's payment is at most the share of the wage, exactly.

    Example: 900.00 of 6,000.00 is exactly 15 %: ``within_wage_share(90_000, 600_000, 150_000_000)``
    is ``True``; one fen more: ``within_wage_share(90_001, 600_000, 150_000_000)`` is ``False``.
    """
    return paid_fen * PPB <= wage_fen * as_ppb(share_ppb, "share")
