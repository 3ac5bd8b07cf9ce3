"""The result of a day: what clearing decided, as small tables over the rows of the day's image.

DayResult N and approved instructions give DayImage N+1. Instruments, trading codes and members are
rows of the image that was cleared; prices are units of the quote (``_units``) or ticks of the day.
"""

from enum import IntEnum
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.day.image import HeldLot, HeldPosition, Undelivered, UnfilledClose
from huiguan.exchange.messages import HedgeCode, OffsetCode
from huiguan.foundation.records import Flag, Int8, Int32, Int64, Record, blank_rows
from huiguan.foundation.tables import digest_of

RESULT_FORMAT = 1


class SettledBy(IntEnum):
    """Which rule gave a settlement price."""

    TRADES = 0
    LAST_HOUR = 1
    MIDDLE_OF_QUOTES = 2
    LOCKED_LIMIT = 3
    REFERENCE_CONTRACT = 4
    PREVIOUS_SETTLEMENT = 5
    HALTED = 6
    DECIDED = 7


class Movement(IntEnum):
    """What a posting of the day moves."""

    PROFIT = 1
    FEE = 2
    ORDER_FEE = 3
    RESERVE_SHARE = 4
    MARGIN = 5


class ContractResult(Record, frozen=True):
    """One contract: the day's statistics, its settlement price, what it has tomorrow."""

    turnover_fen: Int64
    volume_lots: Int64  # one-sided
    open_interest_lots: Int64
    settlement_units: Int64
    limit_ppb: Int64  # on the next trading day
    general_ppb: Int64  # charged at this clearing
    hedge_ppb: Int64
    first_limit_ppb: Int64
    open_ticks: Int32  # 0: no trade
    high_ticks: Int32
    low_ticks: Int32
    last_ticks: Int32
    settled_by: Int8
    locked: Int8  # 1 up, -1 down
    lock_day: Int8
    lock_side: Int8
    halted: Flag  # 1: no trading on the next trading day
    expired: Flag  # 1: this was the last trading day
    relief: Flag  # 1: counts for the larger side of its product at this clearing


class AccountResult(Record, frozen=True):
    """One trading code: the statement's account summary."""

    previous_fen: Int64
    deposits_fen: Int64
    withdrawals_fen: Int64
    close_profit_fen: Int64
    mark_profit_fen: Int64
    fees_fen: Int64
    order_fees_fen: Int64
    delivery_fees_fen: Int64  # on positions settled in cash today
    margin_fen: Int64
    delivery_margin_fen: Int64  # kept for contracts that expired, until performance
    balance_fen: Int64  # equity carried forward


class PoolResult(Record, frozen=True):
    """One pool of a member (its own money, or its clients'): the clearing deposit."""

    previous_cash_fen: Int64
    deposits_fen: Int64
    withdrawals_fen: Int64
    profit_fen: Int64
    fees_fen: Int64  # of transactions and cash settlement
    order_fees_fen: Int64
    cash_fen: Int64
    previous_margin_fen: Int64
    margin_fen: Int64
    collateral_fen: Int64
    previous_usable_fen: Int64
    usable_fen: Int64
    balance_fen: Int64  # the clearing deposit
    minimum_fen: Int64
    call_fen: Int64
    member: Int32
    house: Flag
    outcome: Int8  # at the deadline, if nothing is paid in: 0 none, 1 close only, 2 liquidation


class MemberContract(Record, frozen=True):
    """Volume and positions of a member in a contract, for rankings."""

    KEY = ("instrument", "member")

    volume_lots: Int64
    long_lots: Int64
    short_lots: Int64
    member: Int32
    instrument: Int32


class OrderFeeRow(Record, frozen=True):
    """Messages of a trading code in a contract that its holder pays for."""

    KEY = ("trading_code", "instrument")

    messages: Int64
    executed_orders: Int64
    fee_fen: Int64
    trading_code: Int32
    instrument: Int32


class TradeRow(Record, frozen=True):
    """One trade; its number within the day is its row plus one."""

    price_ticks: Int32
    lots: Int32
    instrument: Int32
    buy_code: Int32
    sell_code: Int32
    buy_offset: OffsetCode
    sell_offset: OffsetCode
    buy_hedge: HedgeCode
    sell_hedge: HedgeCode


class PostingRow(Record, frozen=True):
    """``amount_fen`` moves between two accounts of one book; negative: the other way round.

    Book -1 is the exchange, else a pool; the account is a pool in the exchange's book, a trading
    code in a member's.
    """

    KEY = ("book", "account", "movement")

    amount_fen: Int64
    book: Int32
    account: Int32
    movement: Int8


class FreedShort(Record, frozen=True):
    """Short lots that need no margin, because standard warrants of the product back them."""

    KEY = ("trading_code", "instrument", "hedge")

    trading_code: Int32
    instrument: Int32
    lots: Int32
    hedge: HedgeCode


class ReducedPosition(Record, frozen=True):
    """Lots closed by forced reduction: one trade, and the tier of the winner's position (1 to 4).

    Tier 0: a client's own opposite positions, closed against each other.
    """

    KEY = ("trade",)

    trade: Int64  # number within the day
    tier: Int8


class ResultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not a table."""

    trading_day: int
    next_trading_day: int
    image_digest: str
    rulebook_digest: str
    reserve_share_fen: int  # of the day's fees, to the risk reserve
    result_format: int = RESULT_FORMAT


class DayResult(NamedTuple):
    """Settings and one table a noun; a table with a default was added later."""

    settings: ResultSettings
    contracts: Annotated[np.ndarray, ContractResult]
    accounts: Annotated[np.ndarray, AccountResult]
    pools: Annotated[np.ndarray, PoolResult]
    positions: Annotated[np.ndarray, HeldPosition]
    lots: Annotated[np.ndarray, HeldLot]
    expired: Annotated[np.ndarray, HeldPosition]  # left for delivery or settled in cash today
    member_contracts: Annotated[np.ndarray, MemberContract]
    order_fees: Annotated[np.ndarray, OrderFeeRow]
    postings: Annotated[np.ndarray, PostingRow]
    trades: Annotated[np.ndarray, TradeRow]
    unfilled_closes: Annotated[np.ndarray, UnfilledClose] = blank_rows(UnfilledClose)
    freed_shorts: Annotated[np.ndarray, FreedShort] = blank_rows(FreedShort)
    reductions: Annotated[np.ndarray, ReducedPosition] = blank_rows(ReducedPosition)
    undelivered: Annotated[np.ndarray, Undelivered] = blank_rows(Undelivered)  # of all days


def result_digest(result: DayResult) -> bytes:
    """Return the hash of the whole result: settings and tables in key order."""
    return digest_of(result)
