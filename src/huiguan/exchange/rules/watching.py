"""Rows of surveillance: from where on acts of a day are shown to a supervisor."""

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.values import Positive
from huiguan.foundation.readers.written import Rate


class AbnormalTrading(ContractRow, frozen=True, kw_only=True):
    """From how often on a holder's acts in a contract and trading day are abnormal (8.1).

    A cancel of ``large_lots`` or more is a large one.
    """

    self_trades: Positive
    cancels: Positive
    large_cancels: Positive
    large_lots: Positive


class ProgrammeTrading(MarketRow, frozen=True, kw_only=True):
    """Who trades by programme: so many ``instances`` a day of so many orders in a second (2.9)."""

    instances: Positive
    orders: Positive


class TradingPattern(ContractRow, frozen=True, kw_only=True):
    """From where on a pattern is shown to a supervisor; the rules name the patterns, no figures.

    Ratio: messages for each order that traded, from ``ratio_messages`` messages on. Burst: messages
    in a second of which fewer than one in ``burst_per_trade`` traded. Layer: lots on the other side
    for each lot that trades. Together: equal orders of two holders. Round: there and back. Close,
    settlement, ignition: what moves a price.
    """

    ratio_messages: Positive
    ratio: Positive
    burst_messages: Positive
    burst_per_trade: Positive
    layer_times: Positive
    layer_multiple: Positive
    layer_seconds: Positive
    together_trades: Positive
    together_seconds: Positive
    together_share_ppb: Rate
    round_share_ppb: Rate
    close_share_ppb: Rate
    close_ticks: Positive
    close_trades: Positive
    settlement_ticks: Positive
    settlement_trades: Positive
    ignition_times: Positive
    ignition_ticks: Positive
    ignition_seconds: Positive
