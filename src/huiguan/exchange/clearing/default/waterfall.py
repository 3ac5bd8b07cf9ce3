"""The waterfall: whose money pays a loss, in the order of the books, and each payer's part.

Other clients' money is in none of the layers, so no rule here can use it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from huiguan.exchange.amounts import whole_shares
from huiguan.exchange.quotes import Rate, as_rate, whole
from huiguan.exchange.rules.failing import Layer
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.readers.names import Name, once, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count

EXCHANGE = "exchange"


class LayerMoney(NamedTuple):
    """Something that can be used, or was."""

    name: Name
    amount_fen: Count


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What one payer gives towards a loss, out of one layer."""

    layer: Layer
    payer: str  # a member, or the exchange
    amount_fen: int


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What can pay beside the member's own money, in fen."""

    fund_fen: Mapping[Name, Count]  # parts of the guarantee fund by member
    risk_reserve_fen: Count
    own_funds_fen: Count


@rule("Futures and Derivatives Law Art. 42; Futures Trading Regulation Art. 36", "confirmed")
@checked
def default_waterfall(
    loss_fen: Count, layers: Sequence[LayerMoney]
) -> tuple[list[LayerMoney], int]:
    """Return what each layer gives, in order, and the loss that is left to recourse.

    Loss 100, layers margin 60, reserve 30, own funds 50: 60, 30, 10 and nothing left.
    """
    once([layer.name for layer in layers], "layer")
    one_spelling([layer.name for layer in layers], "layer")
    used: list[LayerMoney] = []
    for layer in layers:
        take = min(layer.amount_fen, loss_fen)
        loss_fen -= take
        used.append(LayerMoney(layer.name, take))
    return used, loss_fen


@rule("loss allocation: by part of the fund, largest remainder, to the fen", "unconfirmed")
@checked
def allocate_loss(
    loss_fen: Count,
    layers: Sequence[Layer],
    member: Name,
    member_fen: Count,
    resources: Resources,
    assessment_share: Rate,
) -> tuple[list[Payment], int]:
    """Return who pays how much of a loss, in the order of ``layers``, and what is left.

    ``layers`` and ``assessment_share`` are the ``default_waterfall`` of the books; ``member_fen``
    is the money of the member in default itself. Several payers of a layer give in proportion to
    their part of the fund, the fen that are left by largest remainder; of equal remainders to the
    larger part, then to the smaller number. Loss 100, money of the member 60, parts of the fund
    0007 (in default) 10, 0001 30, 0002 15; layers margin, fund_share, others_fund: 60, 10, and of
    30 left 0001 gives 20 and 0002 10.
    """
    others = {m: fen for m, fen in sorted(resources.fund_fen.items()) if m != member}
    share = as_rate(assessment_share, "assessment share")
    payers: dict[Layer, dict[str, int]] = {
        "margin": {member: member_fen},
        "fund_share": {member: resources.fund_fen.get(member, 0)},
        "risk_reserve": {EXCHANGE: resources.risk_reserve_fen},
        "own_funds": {EXCHANGE: resources.own_funds_fen},
        "others_fund": others,
        "assessments": {m: whole(fen * share, Rounding.DOWN) for m, fen in others.items()},
    }
    money = [LayerMoney(layer, sum(payers[layer].values())) for layer in layers]
    used, left = unchecked(default_waterfall)(loss_fen, money)
    rows = [
        Payment(layer=layer, payer=payer, amount_fen=fen)
        for layer, (_, taken) in zip(layers, used, strict=True)
        for payer, fen in unchecked(whole_shares)(taken, payers[layer]).items()
        if fen
    ]
    return rows, left
