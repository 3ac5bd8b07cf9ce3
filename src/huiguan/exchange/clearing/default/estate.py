"""What there is when a member is declared in default: its accounts, who takes over, who bids."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from huiguan.exchange.clearing.default.waterfall import Resources
from huiguan.exchange.messages import Hedge
from huiguan.exchange.rules.failing import DefaultWaterfall
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.values import Count

Side = Literal["long", "short"]


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Lots of one side of a contract."""

    instrument: str
    side: Side
    lots: int
    hedge: Hedge = Hedge.SPECULATION


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A trading code of the member, at settlement prices; a deficit is negative equity."""

    code: Name
    house: bool
    equity_fen: int
    margin_fen: Count
    held: tuple[Holding, ...] = ()


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """A member's two pools at the exchange, never mixed, and everybody cleared in them."""

    member: Name
    house_fen: int  # cash of its own pool, margin included; negative: it owes
    clients_fen: int  # cash of its clients' pool
    collateral_fen: Count  # what selling the collateral of its own pool brings
    accounts: tuple[Account, ...]


class Receiver(msgspec.Struct, frozen=True):
    """A member that takes over clients, up to so much margin."""

    member: Name
    room_fen: Count


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """An offer to take over lots of one side of a contract, at a price of its own.

    ``lot_fen`` is the value of a lot at that price. A taker of shorts sells at it, a taker of longs
    buys at it.
    """

    member: Name
    code: Name  # the trading code that takes them, of the member's own account
    instrument: Name
    side: Side
    lots: Count
    lot_fen: Count


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the default is handled by: prices, takers, the order of layers, and their money."""

    lot_fen: Mapping[str, int]  # value of a lot of each contract at its settlement price
    receivers: Sequence[Receiver]
    bids: Sequence[Bid]
    waterfall: DefaultWaterfall
    resources: Resources
    pools_fen: Mapping[str, int]  # cash of the other members' pools, like "0001/clients"
