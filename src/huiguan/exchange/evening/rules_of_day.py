"""What the rulebooks say to a clearing: of today for prices and fees, of tomorrow for margins."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from huiguan.exchange.clearing.collateral import usable_collateral
from huiguan.exchange.clearing.deposit import minimum_deposit
from huiguan.exchange.clearing.fees import OrderFeeTier
from huiguan.exchange.clearing.parameters import Circular
from huiguan.exchange.day.contract_tables import parameters_of
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.exchange.rules.rows import Books, OrderFee, calendar_of
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.calendars import show_day, trading_day_after, trading_days_between
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked


class ContractRules(msgspec.Struct, frozen=True, kw_only=True):
    """One contract; ``tomorrow`` is None when today is its last trading day."""

    today: ContractParameters
    tomorrow: ContractParameters | None
    days_since_circular: int = 0  # clearings from the circular's named one to today's, both counted
    margin_until: int = 0  # of what expires today: at this day's clearing its margin is returned

    def waits(self, locked_days: int) -> bool:
        """Return whether a raise that needs a day without a lock has not begun yet.

        It has not when every clearing from the named one on followed a locked day.
        """
        return self.charged.circular.if_unlocked and 0 < self.days_since_circular <= locked_days

    def ladder_ppb(self, open_interest_lots: int) -> int:
        """Return the least margin of the next day: by time, or by two-sided open interest."""
        steps = self.charged.open_interest_ladder
        reached = [
            margin
            for above, margin in zip(steps.above, steps.margins_ppb, strict=True)
            if 2 * open_interest_lots > above
        ]
        return max([self.charged.ladder.margin_ppb, *reached])

    @property
    def rounding(self) -> Rounding:
        """Direction in which the settlement price is cut to the tick."""
        return Rounding[self.today.settlement.rounding.upper()]

    @property
    def charged(self) -> ContractParameters:
        """Whose margin rates are charged at this clearing."""
        return self.tomorrow or self.today

    @property
    def circular(self) -> Circular:
        """Limit and margins set by circular for the next trading day."""
        row = self.charged.circular
        multiple = self.charged.limit_ppb // row.limit_ppb if row.limit_ppb else 1
        return Circular(
            number=row.source,
            clearing=row.clearing,
            limit=decimal_rate(row.limit_ppb * multiple),
            hedging=decimal_rate(row.hedge_ppb),
            general=decimal_rate(row.general_ppb),
        )


class PoolRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool is held to: the rows of every venue in whose contracts it clears (4.5, 4.7).

    Venues clear their members apart; a pool that serves several is held to the strictest row, or to
    the minimums of all together where one of them says so (``shared_pool``).
    """

    venues: tuple[ContractParameters, ...]  # one contract of each

    @property
    def rows(self) -> list[MarketRow]:
        """The rows it stands on."""
        found: list[MarketRow] = []
        for row in self.venues:
            found += [row.deposit, row.collateral]
            found += [row.shared_pool] if len(self.venues) > 1 else []
        return found

    def minimum_fen(self, *, futures_firm: bool) -> int:
        """Return the least clearing deposit in fen."""
        least = [
            unchecked(minimum_deposit)(row.deposit, futures_firm=futures_firm)
            for row in self.venues
        ]
        added = any(row.shared_pool.minimum == "added" for row in self.venues)
        return sum(least) if added else max(least)

    def usable_fen(self, collateral_fen: int, cash_fen: int, margin_fen: int) -> int:
        """Return what collateral counts for: never more than the margin."""
        by_venue = [
            unchecked(usable_collateral)(
                collateral_fen,
                cash_fen,
                decimal_rate(row.collateral.value_share_ppb),
                row.collateral.cash_multiple,
            )
            for row in self.venues
        ]
        return min(margin_fen, *by_venue)


class DayRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the books say to the clearing of a day, by row of the image's instruments."""

    trading_day: int
    next_trading_day: int
    rulebook_digest: str
    contracts: list[ContractRules]

    @property
    def venues(self) -> list[str]:
        """Venue of each contract."""
        return [row.today.contract.venue for row in self.contracts]

    @property
    def by_venue(self) -> dict[str, ContractParameters]:
        """What holds today for one contract of each venue."""
        return {row.today.contract.venue: row.today for row in reversed(self.contracts)}


def decimal_rate(rate_ppb: int) -> Decimal:
    """Return a rate in parts per billion as an exact decimal: 50,000,000 is 0.05."""
    return Decimal(int(rate_ppb)).scaleb(-9)


def rate_ppb(rate: Decimal) -> int:
    """Return the parts per billion of an exact decimal rate."""
    scaled = rate.scaleb(9)
    assert scaled == int(scaled), rate
    return int(scaled)


def order_fee_tiers(row: OrderFee) -> tuple[OrderFeeTier, ...]:
    """Return the tiers of a rulebook row, the free one first; no tier means no fee."""
    free = OrderFeeTier(above=0, low_fen=0, high_fen=0)
    rows = zip(row.above, row.low_fen, row.high_fen, strict=True)
    return (free, *(OrderFeeTier(above=a, low_fen=low, high_fen=high) for a, low, high in rows))


def next_day_of_all(books: Books, found: Iterable[ContractParameters], trading_day: int) -> int:
    """Return the next trading day of contracts; venues that differ are an InputFault."""
    days = {
        row.contract.venue: trading_day_after(
            calendar_of(books, books.products[row.contract.product]), trading_day
        )
        for row in found
    }
    if len(set(days.values())) > 1:
        said = ", ".join(f"{show_day(day)} at {venue}" for venue, day in days.items())
        raise InputFault(
            f"after {show_day(trading_day)} the next trading day is {said}; close the venues apart,"
            " each with its own contracts"
        )
    return min(days.values())


def rules_of_day(books: Books, codes: Sequence[str], trading_day: int) -> DayRules:
    """Return the rules for clearing these contracts on a day."""
    if not codes:
        raise InputFault("the image has no instrument; there is nothing to clear")
    today = parameters_of(books, codes, trading_day)
    calendar = calendar_of(books, books.products[today[0].contract.product])
    following = next_day_of_all(books, today, trading_day)
    alive = [row.contract.code for row in today if row.contract.last_day > trading_day]
    tomorrow = {row.contract.code: row for row in parameters_of(books, alive, following)}

    def since(row: ContractParameters) -> int:
        named = tomorrow.get(row.contract.code, row).circular.clearing
        return trading_days_between(calendar, named, trading_day) + 1 if named else 0

    def margin_until(row: ContractParameters) -> int:
        days = row.delivery_margin.returned_after_days
        expires = row.contract.last_day == trading_day and row.delivery.method != "cash"
        return trading_day_after(calendar, trading_day, days) if expires and days else 0

    return DayRules(
        trading_day=trading_day,
        next_trading_day=following,
        rulebook_digest=books.digest,
        contracts=[
            ContractRules(
                today=row,
                tomorrow=tomorrow.get(row.contract.code),
                days_since_circular=since(row),
                margin_until=margin_until(row),
            )
            for row in today
        ],
    )
