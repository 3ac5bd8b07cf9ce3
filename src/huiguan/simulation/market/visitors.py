"""Trading codes of people who come to a simulated market from outside, with money alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from huiguan.exchange.day.image import DayImage, HolderLimit, TradingCode
from huiguan.foundation.records import blank_rows
from huiguan.simulation.market.people import FIRST_VISITOR, is_firm

if TYPE_CHECKING:
    from collections.abc import Collection

TEN_MILLION_YUAN = 1_000_000_000
HOUSE_FEN = 10**14  # it buys and sells whatever a market traded on a day


def with_visitors(image: DayImage, count: int, deposit_fen: int = TEN_MILLION_YUAN) -> DayImage:
    """Return the image of a simulated market with ``count`` more trading codes at its first firm.

    Each has ``deposit_fen``, which its member has paid in beside what it had.
    """
    member = int(np.flatnonzero(is_firm(len(image.members)))[0])
    holders = len(image.names.holders)
    rows = blank_rows(TradingCode, count)
    rows["deposit_fen"], rows["member"] = deposit_fen, member
    rows["holder"] = holders + np.arange(count)
    here = sum(int(code[4:]) >= FIRST_VISITOR for code in image.names.trading_codes)
    clients = [FIRST_VISITOR + here + number for number in range(count)]
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


def with_room(image: DayImage, sessions: int) -> DayImage:
    """Return the image with room for so many sessions, the number 0 among them."""
    settings = msgspec.structs.replace(image.settings, session_capacity=sessions)
    return image._replace(settings=settings)


def with_house(image: DayImage, contracts: Collection[str]) -> DayImage:
    """Return the image with one more visitor: a house whose orders are a record of ``contracts``.

    It has money for what a whole market traded, and no limit of positions in these contracts.
    """
    found = with_visitors(image, 1, HOUSE_FEN)
    rows = [row for row, name in enumerate(image.names.instruments) if name in contracts]
    limits = blank_rows(HolderLimit, len(rows))
    limits["holder"], limits["instrument"] = found.trading_codes["holder"][-1], rows
    joined = np.concatenate([image.holder_limits, limits]).astype(limits.dtype)
    return found._replace(holder_limits=joined)
