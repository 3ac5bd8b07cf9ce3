"""The image of a morning: everything a trading day depends on, as small tables and settings.

Image N+1 is the result of day N plus approved instructions. Between days prices are decimals of the
quote's smallest unit (``_units``); the instrument row says how many units a tick has.
"""

from enum import IntEnum
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.amounts import FeeClass
from huiguan.exchange.messages import Hedge, HedgeCode, PhaseCode, RightCode, SideCode
from huiguan.foundation.records import Flag, Int8, Int32, Int64, Record, blank_rows
from huiguan.foundation.tables import digest_of

IMAGE_FORMAT = 1
BEHAVIOUR = 1
NO_PRICE = -(2**31)  # nobody traded yet and no settlement is known
HEDGE_FLAGS = len(Hedge)
FEE_CLASSES = len(FeeClass)


class PriceRule(IntEnum):
    """At what price two orders meet in continuous trading."""

    RESTING = 0
    MIDDLE = 1  # the middle one of buy, sell and previous trade price


class AuctionTie(IntEnum):
    """Which price an auction takes where several give the same volume (rulebook 2.2)."""

    REFERENCE = 0  # A: nearest to the last price of the day, else the previous settlement
    MIDDLE = 1  # A': middle one of last pair and previous settlement
    TEXTBOOK = 2  # B: mean of the last pair, cut down to the tick
    SETTLEMENT = 3  # A0: always nearest to the previous settlement
    MIDPOINT = 4  # the middle of the range, cut down to the tick (stock exchanges)


class MemberMode(IntEnum):
    """What happens when the clients of a member need more than the member's deposit."""

    OFF = 0
    WARN = 1
    REFUSE = 2


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not a table: the day, the rules of matching, capacities, versions, digests."""

    trading_day: int  # yyyymmdd
    price_rule: PriceRule = PriceRule.MIDDLE
    auction_tie: AuctionTie = AuctionTie.REFERENCE
    offset_flags: bool = True  # off: a venue with net positions
    funds: bool = True  # off: nobody's money is checked; fees are charged all the same
    order_capacity: int = 1 << 16  # at most 2^24
    position_capacity: int = 1 << 16
    holding_capacity: int = 1 << 16  # (holder, instrument) pairs
    session_capacity: int = 256
    outcome_window: int = 4096  # per session: so far back a repeat is answered with its outcome
    transfer_capacity: int = 4096
    self_trade_choice: bool | msgspec.UnsetType = msgspec.UNSET  # unsaid: no session may choose
    venue: str = "SHFE"
    rulebook_digest: str = ""
    previous_result: str = ""  # hash of the DayResult this image came from
    status: str = "confirmed"  # or: provisional, invented
    image_format: int = IMAGE_FORMAT
    behaviour: int = BEHAVIOUR


class Instrument(Record, frozen=True):
    """One contract month of one product, as the day knows it."""

    tick_value_fen: Int64  # value of one tick of one lot
    tick_units: Int64  # size of a tick in units of the quote
    last_open_interest_lots: Int64
    product: Int32
    phase_group: Int32
    unit_decimals: Int32  # a unit is 10^-decimals of the quote: 2 for gold (0.01 CNY/g)
    lower_limit_ticks: Int32
    upper_limit_ticks: Int32
    previous_settlement_ticks: Int32
    minimum_lots: Int32
    maximum_lots: Int32  # per limit order; 0 means no cap
    maximum_market_lots: Int32  # per market order; 0 means market orders are not offered
    lots_multiple: Int32  # 1, or the delivery unit in the delivery month
    long_relief_group: Int32  # relief groups whose larger side is charged;
    short_relief_group: Int32  # two different groups: both sides are charged
    position_limit_lots: Int32  # general limit of a holder, per side; 0 means none known
    opening_limit_lots: Int32  # lots a holder may open today; 0 means none known
    last_trading_day: Int32
    first_day: Flag  # 1: no trade since listing, limits are doubled
    kind: Int8  # 0 future
    right: RightCode  # what everybody may do in it


class MarginPerLot(Record, frozen=True):
    """Margin of one lot, by instrument, side and hedge flag (one row each, in this order)."""

    KEY = ("instrument", "side", "hedge")

    margin_fen: Int64
    instrument: Int32
    side: SideCode
    hedge: HedgeCode


class Fee(Record, frozen=True):
    """Fee of a trade side, by instrument, hedge flag and class (open, close, close today)."""

    KEY = ("instrument", "hedge", "fee_class")

    rate_ppb: Int64
    per_lot_fen: Int64
    instrument: Int32
    hedge: HedgeCode
    fee_class: Int8


class ScheduledPhase(Record, frozen=True):
    """When a product group enters a phase."""

    KEY = ("time_ns", "group", "phase")

    time_ns: Int64
    group: Int32
    phase: PhaseCode


class TradingCode(Record, frozen=True):
    """A client at a member, or a member's own account."""

    deposit_fen: Int64
    member: Int32
    holder: Int32  # the client over all members, or its control group
    right: RightCode  # own_right, or close only after an unanswered margin call
    house: Flag  # 1: the member's own account
    own_right: RightCode  # what an instruction gave


class Member(Record, frozen=True):
    """Who clears with the exchange."""

    deposit_fen: Int64
    mode: Int8


class HolderLimit(Record, frozen=True):
    """What a holder may hold in an instrument where it differs from the instrument's own limits."""

    KEY = ("holder", "instrument")

    holder: Int32
    instrument: Int32
    position_limit_lots: Int32
    opening_limit_lots: Int32
    long_quota_lots: Int32  # hedging
    short_quota_lots: Int32
    right: RightCode


class HeldPosition(Record, frozen=True):
    """History lots at the opening of the day; the sum of the lots rows of the same key."""

    KEY = ("trading_code", "instrument", "hedge")

    trading_code: Int32
    instrument: Int32
    long_lots: Int32
    short_lots: Int32
    hedge: HedgeCode


class HeldLot(Record, frozen=True):
    """One opening that is still held: the day, price and quantity it was opened with.

    Lots of a key leave in the order of ``open_day`` and ``trade`` (first in, first out).
    """

    KEY = ("trading_code", "instrument", "hedge", "side", "open_day", "trade")

    open_price_units: Int64
    trade: Int64  # number of the opening trade within its day
    trading_code: Int32
    instrument: Int32
    open_day: Int32
    lots: Int32
    side: SideCode
    hedge: HedgeCode


class ContractState(Record, frozen=True):
    """What clearing carries of an instrument from evening to evening (one row an instrument).

    Rates are those of the last clearing; ``lock_day`` counts limit-locked days in one direction.
    """

    limit_ppb: Int64
    general_ppb: Int64
    hedge_ppb: Int64
    first_limit_ppb: Int64  # limit in force on the first locked day
    lock_day: Int8
    lock_side: Int8  # 1 up, -1 down, 0 not locked


class Pool(Record, frozen=True):
    """Money of a member at the exchange; its own and its clients' never meet (house 1 and 0)."""

    KEY = ("member", "house")

    cash_fen: Int64
    margin_fen: Int64  # charged at the last clearing
    collateral_fen: Int64  # benchmark value of what is lodged
    usable_fen: Int64  # of it at the last clearing
    member: Int32
    house: Flag
    futures_firm: Flag


class Warrant(Record, frozen=True):
    """Standard warrants a trading code has lodged against its short positions in a product."""

    KEY = ("trading_code", "product")

    quantity_thousandths: Int64  # of the product's unit: t, kg, g, barrels
    trading_code: Int32
    product: Int32


class UnfilledClose(Record, frozen=True):
    """Closing lots that waited at the limit price when a third limit-locked day closed."""

    KEY = ("instrument", "trading_code", "side", "hedge")

    price_units: Int64  # the limit price of that day
    trading_code: Int32
    instrument: Int32
    lots: Int32
    side: SideCode  # of the order
    hedge: HedgeCode


class PastSettlement(Record, frozen=True):
    """The settlement price of an earlier evening; the last five are kept for each instrument."""

    KEY = ("instrument", "trading_day")

    settlement_units: Int64
    trading_day: Int32
    instrument: Int32


class MemberVolume(Record, frozen=True):
    """What a member traded on the day before, for the change that rankings show."""

    KEY = ("instrument", "member")

    volume_lots: Int64
    member: Int32
    instrument: Int32


class Undelivered(Record, frozen=True):
    """What a contract's last trading day left of a position, and the margin kept until performance.

    The contract trades no longer, so it is named by product and month.
    """

    KEY = ("trading_code", "product", "month", "hedge")

    margin_fen: Int64
    trading_code: Int32
    product: Int32
    month: Int32  # yyyymm
    long_lots: Int32
    short_lots: Int32
    until: Int32  # trading day at whose clearing the margin is returned
    hedge: HedgeCode


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words behind the row numbers."""

    instruments: list[str] = []
    products: list[str] = []
    phase_groups: list[str] = []
    trading_codes: list[str] = []
    members: list[str] = []
    holders: list[str] = []


class DayImage(NamedTuple):
    """Settings, names and one table a noun; a table with a default was added later."""

    settings: Settings
    names: Names
    instruments: Annotated[np.ndarray, Instrument]
    margins: Annotated[np.ndarray, MarginPerLot]  # 8 rows an instrument: side x hedge flag
    fees: Annotated[np.ndarray, Fee]  # 12 rows an instrument: hedge flag x fee class
    phases: Annotated[np.ndarray, ScheduledPhase]
    trading_codes: Annotated[np.ndarray, TradingCode]
    members: Annotated[np.ndarray, Member]
    holder_limits: Annotated[np.ndarray, HolderLimit]
    positions: Annotated[np.ndarray, HeldPosition]
    lots: Annotated[np.ndarray, HeldLot]
    contract_states: Annotated[np.ndarray, ContractState]
    pools: Annotated[np.ndarray, Pool]
    warrants: Annotated[np.ndarray, Warrant] = blank_rows(Warrant)
    unfilled_closes: Annotated[np.ndarray, UnfilledClose] = blank_rows(UnfilledClose)
    past_settlements: Annotated[np.ndarray, PastSettlement] = blank_rows(PastSettlement)
    member_volumes: Annotated[np.ndarray, MemberVolume] = blank_rows(MemberVolume)
    undelivered: Annotated[np.ndarray, Undelivered] = blank_rows(Undelivered)


def image_digest(image: DayImage) -> bytes:
    """Return the hash of the whole image: settings, names and tables in key order."""
    return digest_of(image)
