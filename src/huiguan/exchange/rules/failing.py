"""Rows of a member's failure: whose money pays what it leaves unpaid."""

from typing import Literal, get_args

from huiguan.exchange.rules.dated import MarketRow
from huiguan.foundation.readers.written import Rate

Layer = Literal["margin", "fund_share", "risk_reserve", "own_funds", "others_fund", "assessments"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


class DefaultWaterfall(MarketRow, frozen=True, kw_only=True):
    """Whose money pays what a member in default leaves unpaid, layer by layer (7).

    ``margin`` is all money and collateral of the member itself, ``fund_share`` and ``others_fund``
    its own and the other members' part of a settlement guarantee fund, ``risk_reserve`` and
    ``own_funds`` the exchange's. ``assessments``: another member pays up to ``assessment_share`` of
    its part of the fund anew. A venue without a fund has no such layer.
    """

    layers: tuple[Layer, ...]
    assessment_share_ppb: Rate = 0
