"""What the rulebooks say to a clearing: of today for prices and fees, of tomorrow for margins."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from huiguan.exchange.clearing.fees import OrderFeeTier
from huiguan.exchange.clearing.parameters import Circular
from huiguan.exchange.day.contract_tables import parameters_of
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.exchange.rules.rows import Books, OrderFee, calendar_of
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.calendars import trading_day_after, trading_days_between
from huiguan.foundation.faults import InputFault


class ContractRules(msgspec.Struct, frozen=True, kw_only=True):
    """One contract; ``tomorrow`` is None when today is its last trading day."""

    today: ContractParameters
    tomorrow: ContractParameters | None
    days_since_circular: int = 0  # clearings from the circular's named one to today's, both counted

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


class DayRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the books say to the clearing of a day, by row of the image's instruments."""

    trading_day: int
    next_trading_day: int
    rulebook_digest: str
    contracts: list[ContractRules]


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


def rules_of_day(books: Books, codes: Sequence[str], trading_day: int) -> DayRules:
    """Return the rules for clearing these contracts on a day."""
    if not codes:
        raise InputFault("the image has no instrument; there is nothing to clear")
    today = parameters_of(books, codes, trading_day)
    calendar = calendar_of(books, books.products[today[0].contract.product])
    following = trading_day_after(calendar, trading_day)
    alive = [row.contract.code for row in today if row.contract.last_day > trading_day]
    tomorrow = {row.contract.code: row for row in parameters_of(books, alive, following)}

    def since(row: ContractParameters) -> int:
        named = tomorrow.get(row.contract.code, row).circular.clearing
        return trading_days_between(calendar, named, trading_day) + 1 if named else 0

    return DayRules(
        trading_day=trading_day,
        next_trading_day=following,
        rulebook_digest=books.digest,
        contracts=[
            ContractRules(
                today=row,
                tomorrow=tomorrow.get(row.contract.code),
                days_since_circular=since(row),
            )
            for row in today
        ],
    )
