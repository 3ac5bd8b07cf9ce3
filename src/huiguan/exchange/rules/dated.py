"""What every row of an exchange's book has: when it holds, where it stands, for which contracts."""

from huiguan.exchange.rules.values import ContractRanges, MonthNumber, StageNumber
from huiguan.foundation.cited import Row
from huiguan.foundation.readers.written import TradingDay


class MarketRow(Row[TradingDay], frozen=True, kw_only=True):
    """A row of a book of an exchange.

    ``clearing`` is set where a circular names the daily clearing at which it takes effect: margins
    are charged then, and ``effective`` is the trading day after it.
    """

    clearing: TradingDay = 0


class ContractRow(MarketRow, frozen=True, kw_only=True):
    """A row that may hold for some contracts, delivery months or stages of life only."""

    contracts: ContractRanges = ()  # ranges of contract months; none: all
    months: tuple[MonthNumber, ...] = ()  # calendar months of delivery; none: all
    from_months_before: StageNumber = (
        -1
    )  # from this many months before the delivery month; -1: always
    from_days_before_last: StageNumber = -1  # from this trading day before the last one; -1: always
