"""Rulebook rows as frozen values: what an exchange may set, each row dated, cited and graded.

A book is data (``huiguan/rulebooks``); ``storage.rulebooks`` turns its TOML into these rows and
refuses what is unknown or not exact. Rates are parts per billion (``_ppb``), money is fen
(``_fen``), trading days are ``yyyymmdd``, contract months ``yyyymm``. A row holds from
``effective``, its first trading day, until a newer row of its kind that matches the contract.
"""

from decimal import Decimal
from typing import Annotated, Literal, get_args, get_type_hints

import msgspec

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.failing import DefaultWaterfall
from huiguan.exchange.rules.values import (
    ContractMonth,
    Direction,
    Entry,
    ListingDay,
    MonthNumber,
    Natural,
    NightEnd,
    Positive,
    WithCircular,
)
from huiguan.exchange.rules.watching import AbnormalTrading, ProgrammeTrading, TradingPattern
from huiguan.foundation.calendars import Calendar
from huiguan.foundation.cited import Source, Status
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import shown
from huiguan.foundation.readers.written import Rate, TradingDay, Yuan

EVERY_MONTH = tuple(range(1, 13))


class Terms(ContractRow, frozen=True, kw_only=True):
    """Contract terms: what a lot is, how it is quoted and delivered."""

    lot_size: Positive  # units in one lot
    unit: str  # "t", "g", "kg", "bbl", "point"
    quote_unit: str  # "CNY/t"
    tick: Decimal
    delivery_unit_lots: Natural  # 0: no delivery


class ListingMonths(MarketRow, frozen=True, kw_only=True):
    """Which contract months are listed: a run of nearest months, then months of a wider grid."""

    nearest: Annotated[
        int, msgspec.Meta(ge=0, le=36)
    ]  # calendar months from the front month on; 0: only what is listed by name
    of: tuple[MonthNumber, ...] = EVERY_MONTH  # delivery months allowed among them
    then_of: tuple[MonthNumber, ...] = ()  # delivery months of the wider grid behind them
    then_count: Annotated[int, msgspec.Meta(ge=0, le=24)] = 0  # how many of the grid, or
    then_within: Annotated[int, msgspec.Meta(ge=0, le=60)] = (
        0  # all of the grid within so many months, the front month included
    )


class NamedRow(MarketRow, frozen=True, kw_only=True):
    """A row for one contract month by name."""

    contract: ContractMonth


class Listing(NamedRow, frozen=True, kw_only=True):
    """One contract month listed by name, or (``listed`` 0) left out of the pattern."""

    listed: ListingDay


class LastDay(ContractRow, frozen=True, kw_only=True):
    """How the last trading day follows from the contract month."""

    rule: Literal["day_of_month", "month_end_before", "last_weekday", "third_friday"]
    day: Annotated[int, msgspec.Meta(ge=0, le=28)] = (
        0  # day_of_month: this day or the next trading day; last_weekday: 1 is Monday
    )


class LastDayException(NamedRow, frozen=True, kw_only=True):
    """The last trading day of one contract, set by circular."""

    last_day: TradingDay
    delivery_days: tuple[TradingDay, ...] = ()


class Delivery(ContractRow, frozen=True, kw_only=True):
    """How a position left after the last trading day is settled, and in how many trading days."""

    method: Literal["physical", "bonded", "cash"]
    days: Annotated[int, msgspec.Meta(ge=0, le=30)]  # after the last trading day; 0: on it


class Session(MarketRow, frozen=True, kw_only=True):
    """Until when the night session lasts: "01:00", or "none"."""

    night_end: NightEnd


class Schedule(MarketRow, frozen=True, kw_only=True):
    """The phases of a trading day, as ``"20:55 auction_ordering"``; the night ends by product."""

    night: tuple[Entry, ...]
    day: tuple[Entry, ...]  # when no night session was held
    day_after_night: tuple[Entry, ...]


class CircularRow(ContractRow, frozen=True, kw_only=True):
    """Price limit and margins in force, set together by circular or by the contract text.

    Holiday values revert at the clearing of the first trading day from ``reverts_from`` on without
    a limit-locked market, and with ``if_unlocked`` begin only on such a day; the book takes the
    days named, clearing looks at the market.
    """

    reverts_from: TradingDay = 0
    if_unlocked: bool = False
    limit_ppb: Rate
    hedge_ppb: Rate
    general_ppb: Rate


class Ladder(ContractRow, frozen=True, kw_only=True):
    """The least margin by time; the higher of it and the circular counts, hedging too."""

    margin_ppb: Rate


class OpenInterestLadder(ContractRow, frozen=True, kw_only=True):
    """The least margin by two-sided open interest (texts to about 2018); no step: none applies."""

    above: tuple[Natural, ...]  # lots, rising
    margins_ppb: tuple[Rate, ...]


class NewContract(ContractRow, frozen=True, kw_only=True):
    """The first day of a contract: limits are a multiple, until the first day with a trade."""

    limit_multiple: Positive
    until_first_trade: bool


class LimitRounding(MarketRow, frozen=True, kw_only=True):
    """In which direction each price limit is cut to the tick."""

    upper: Direction
    lower: Direction


class LimitLock(ContractRow, frozen=True, kw_only=True):
    """What follows limit-locked days in one direction.

    ``with_circular`` says how a widened limit meets a higher one that a circular sets for the day:
    the ``higher`` of both counts, or the points are ``added`` on top of the circular's.
    """

    with_circular: WithCircular
    second_day_ppb: Rate  # added to the limit of the first locked day
    third_day_ppb: Rate
    margin_above_limit_ppb: Rate
    after_third: Literal["automatic", "decided", "none"]  # is day four halted?
    measure_limit_cap_ppb: Rate  # ceiling of the limit the exchange may set afterwards


class ForcedReduction(ContractRow, frozen=True, kw_only=True):
    """Unit profit or loss, as a share of settlement, that counts in a forced reduction."""

    threshold_ppb: Rate
    second_tier_ppb: Rate


class FeeRow(ContractRow, frozen=True, kw_only=True):
    """Exchange fee of one side: a rate on turnover or an amount per lot, never both."""

    rate_ppb: Rate = 0
    per_lot_fen: Yuan = 0
    close_today_multiple: Natural  # of the opening fee: 0, 1, 2


class HedgeFee(MarketRow, frozen=True, kw_only=True):
    """What share of the fee hedging trades pay."""

    share_ppb: Rate


class DeliveryMargin(ContractRow, frozen=True, kw_only=True):
    """How long the margin of what expired is kept while no delivery is recorded as performed (6.5).

    It is returned at the clearing of so many trading days after the last one; 0: nothing is kept.
    """

    returned_after_days: Natural


class DeliveryFee(ContractRow, frozen=True, kw_only=True):
    """Fee on delivery or cash settlement: a rate on the amount, or fen per unit of goods."""

    rate_ppb: Rate = 0
    per_unit_fen: Yuan = 0


class OrderFee(ContractRow, frozen=True, kw_only=True):
    """Message fees of one client and contract on one day, progressive by tiers.

    Tier i holds the messages above ``above[i]``; a message in it costs ``low_fen`` where the
    order-to-trade ratio is at most ``ratio``, else ``high_fen``. No tier: no fee.
    """

    group: str
    ratio: Natural
    above: tuple[Natural, ...]
    low_fen: tuple[Yuan, ...]
    high_fen: tuple[Yuan, ...]


class PositionLimit(ContractRow, frozen=True, kw_only=True):
    """Lots a holder may hold per side: a number, or a share of open interest from a threshold on.

    ``lots`` is None where no limit is known: such a row warns and never refuses.
    """

    lots: Natural | None
    share_ppb: Rate = 0
    threshold_lots: Natural = 0


class OpeningLimit(ContractRow, frozen=True, kw_only=True):
    """Lots a holder may open per contract and trading day; None: none known."""

    lots: Natural | None


class Multiple(ContractRow, frozen=True, kw_only=True):
    """Positions and orders must be multiples of this many lots."""

    lots: Positive


class OrderSize(ContractRow, frozen=True, kw_only=True):
    """Lots of one order; a market maximum of 0 means that market orders are not offered."""

    minimum_lots: Positive
    maximum_lots: Positive
    maximum_market_lots: Natural


class Auction(MarketRow, frozen=True, kw_only=True):
    """Which of several prices with the same volume a call auction takes (2.2).

    ``depth`` says whether orders are public while they are collected; unsaid they are withheld
    (9.1), and unsaid it is no part of the digest of the books.
    """

    tie: Literal["reference", "middle", "textbook", "settlement", "midpoint"]
    depth: Literal["withheld", "shown"] | msgspec.UnsetType = msgspec.UNSET


class TradePrice(MarketRow, frozen=True, kw_only=True):
    """At what price two orders meet in continuous trading (2.3), and whether they do.

    ``self_trade`` says whether a session may choose that orders of one holder do not trade with
    each other; unsaid it may not (2.3), and unsaid it is no part of the digest of the books.
    """

    rule: Literal["middle", "resting"]
    self_trade: Literal["none", "by_session"] | msgspec.UnsetType = msgspec.UNSET


class Settlement(MarketRow, frozen=True, kw_only=True):
    """How the settlement price of the day is found (4.2)."""

    window: Literal["whole_day", "last_hour"]
    rounding: Direction
    fallbacks: tuple[
        Literal["middle_of_quotes", "locked_limit", "reference_contract", "previous_settlement"],
        ...,
    ]
    reference_change: Literal["relative", "additive"]


class FinalSettlement(ContractRow, frozen=True, kw_only=True):
    """The price of delivery or cash settlement (6.5)."""

    rule: Literal[
        "last_day_settlement", "mean_of_settlements", "mean_of_trades", "mean_of_index", "index"
    ]
    days: Positive = 1  # last days with trades, or values of the index


class NaturalPerson(ContractRow, frozen=True, kw_only=True):
    """After which trading day before the last one a natural person holds nothing; None: no rule."""

    days_before_last: Natural | None


class Relief(MarketRow, frozen=True, kw_only=True):
    """Whether only the larger side of a product is charged, and when a contract leaves that.

    A contract leaves at the clearing of the ``until_days_before_last``-th trading day before its
    last one; from the trading day after it both sides are charged.
    """

    larger_side: bool
    until_days_before_last: Natural = 0


class Deposit(MarketRow, frozen=True, kw_only=True):
    """Least clearing deposit of a member."""

    futures_firm_fen: Yuan
    other_fen: Yuan


class SharedPool(MarketRow, frozen=True, kw_only=True):
    """What least clearing deposit a pool keeps that clears contracts of several venues.

    The ``highest`` of the venues' minimums, or all of them ``added``. Collateral counts by the
    strictest of their rows.
    """

    minimum: Literal["highest", "added"]


class RiskReserve(MarketRow, frozen=True, kw_only=True):
    """What share of the fees of the day goes to the risk reserve (7)."""

    share_ppb: Rate


class LargeTrader(MarketRow, frozen=True, kw_only=True):
    """At what share of the position limit a holder must report."""

    share_ppb: Rate
    intermediary_share_ppb: Rate


class Collateral(MarketRow, frozen=True, kw_only=True):
    """How much of deposited assets counts (4.7)."""

    value_share_ppb: Rate
    cash_multiple: Natural
    currency_share_ppb: Rate


class Ranking(ContractRow, frozen=True, kw_only=True):
    """One-sided open interest from which rankings are published; None: not known."""

    open_interest_lots: Natural | None


def book_row(value: object, what: str) -> object:
    """Read a row of a book that is given to a rule: every field is what the loader lets through."""
    if not isinstance(value, MarketRow):
        raise InputFault(f"{what}: {shown(value)} is no row of a book; take one of `load_books()`")
    try:
        return msgspec.convert(msgspec.structs.asdict(value), type(value))
    except (msgspec.ValidationError, ValueError) as fault:
        raise InputFault(f"{what}: {fault}; take the row as the books have it") from None


class RowsInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that hold for a contract month on a trading day: one of each kind.

    A field has the name of its table in a book. A new kind is its row and one line here: the
    loader reads it and asks for it, ``parameters`` finds it, the reference shows it. Rows of a kind
    in a tuple name single contracts, and a product may have none.
    """

    terms: Terms
    months: ListingMonths
    listing: tuple[Listing, ...]
    last_day: LastDay
    last_day_exception: tuple[LastDayException, ...]
    delivery: Delivery
    session: Session
    schedule: Schedule
    circular: CircularRow
    ladder: Ladder
    open_interest_ladder: OpenInterestLadder
    new_contract: NewContract
    limit_rounding: LimitRounding
    limit_lock: LimitLock
    forced_reduction: ForcedReduction
    fee: FeeRow
    hedge_fee: HedgeFee
    delivery_margin: DeliveryMargin
    delivery_fee: DeliveryFee
    order_fee: OrderFee
    position_limit: PositionLimit
    opening_limit: OpeningLimit
    multiple: Multiple
    order_size: OrderSize
    auction: Auction
    trade_price: TradePrice
    settlement: Settlement
    final_settlement: FinalSettlement
    natural_person: NaturalPerson
    relief: Relief
    deposit: Deposit
    shared_pool: SharedPool
    risk_reserve: RiskReserve
    default_waterfall: DefaultWaterfall
    large_trader: LargeTrader
    collateral: Collateral
    ranking: Ranking
    abnormal_trading: AbnormalTrading
    programme_trading: ProgrammeTrading
    trading_pattern: TradingPattern


def _row_kind(hint: type) -> type[MarketRow]:
    """Return the row of a field of ``RowsInForce``."""
    kind: type[MarketRow] = get_args(hint)[0] if get_args(hint) else hint
    return kind


KINDS = {name: _row_kind(hint) for name, hint in get_type_hints(RowsInForce).items()}
KIND_NAMES = {kind: name for name, kind in KINDS.items()}


class Venue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exchange: its defaults for every product."""

    code: str
    name: str
    calendar: str
    rows: dict[str, tuple[MarketRow, ...]] = {}


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is listed in contract months."""

    code: str
    venue: str
    name: str
    chinese: str
    price_decimals: Annotated[
        int, msgspec.Meta(ge=0, le=6)
    ]  # prices between days are integers of 10^-decimals of the quote
    listed: TradingDay  # first trading day of the product
    first_contract: ContractMonth  # first contract month ever listed
    article: str
    source: str
    status: Status
    note: str = ""
    rows: dict[str, tuple[MarketRow, ...]] = {}


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """Every rulebook that was loaded, with its calendars and sources."""

    venues: dict[str, Venue]
    products: dict[str, Product]
    calendars: dict[str, Calendar]
    sources: dict[str, Source]
    digest: str  # BLAKE2b-256 of the canonical content, in hex


def calendar_of(books: Books, product: Product) -> Calendar:
    """Return the calendar a product trades by."""
    return books.calendars[books.venues[product.venue].calendar]
