"""Trading codes of people who come to a simulated market from outside, with money alone."""

from __future__ import annotations

import msgspec
import numpy as np

from huiguan.exchange.day.image import DayImage, TradingCode
from huiguan.foundation.records import blank_rows
from huiguan.simulation.market.people import FIRST_VISITOR, is_firm

TEN_MILLION_YUAN = 1_000_000_000


def with_visitors(image: DayImage, count: int, deposit_fen: int = TEN_MILLION_YUAN) -> DayImage:
    """Return the image of a simulated market with ``count`` more trading codes at its first firm.

    Each has ``deposit_fen``, which its member has paid in beside what it had.
    """
    member = int(np.flatnonzero(is_firm(len(image.members)))[0])
    holders = len(image.names.holders)
    rows = blank_rows(TradingCode, count)
    rows["deposit_fen"], rows["member"] = deposit_fen, member
    rows["holder"] = holders + np.arange(count)
    clients = [FIRST_VISITOR + number for number in range(count)]
    members, pools = image.members.copy(), image.pools.copy()
    members["deposit_fen"][member] += count * deposit_fen
    own = (pools["member"] == member) & (pools["house"] == 0)
    pools["cash_fen"][own] += count * deposit_fen
    names = msgspec.structs.replace(
        image.names,
        trading_codes=[
            *image.names.trading_codes,
            *(f"{image.names.members[member]}{client:08d}" for client in clients),
        ],
        holders=[*image.names.holders, *(f"visitor {client:08d}" for client in clients)],
    )
    codes = np.concatenate([image.trading_codes, rows])
    return image._replace(names=names, members=members, pools=pools, trading_codes=codes)
