"""The auction of what is left of a member in default: best bids first, each at its own price."""

from collections.abc import Mapping, Sequence

import msgspec

from huiguan.exchange.amounts import whole_shares
from huiguan.exchange.clearing.default.estate import Bid, Side
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import once
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """Lots that a bidder takes over."""

    bid: Bid
    lots: int


@rule("auction of a side of a contract: best price first, equal bids by their lots", "assumed")
@checked
def auction(lots: Count, side: Side, bids: Sequence[Bid]) -> tuple[list[Award], int]:
    """Return who takes over how many lots of one side of a contract, and what nobody takes.

    Of shorts the lowest price is the best for who gives them away, of longs the highest. Bids of
    one price share by their lots, largest remainder, ties to the larger bid, then by name. 10
    shorts, bids A 4 at 101, B 6 at 102, C 3 at 102: A 4, B 4, C 2.
    """
    if len({(bid.instrument, bid.side) for bid in bids}) > 1:
        raise InputFault("an auction is of one side of one contract; hold one after the other")
    once([f"{bid.code} at {bid.lot_fen}" for bid in bids], "bid")
    rows: list[Award] = []
    prices = sorted({bid.lot_fen for bid in bids}, reverse=side == "long")
    for price in prices:
        level = {bid.code: bid for bid in bids if bid.lot_fen == price}
        given = unchecked(whole_shares)(lots, {code: bid.lots for code, bid in level.items()})
        rows += [Award(bid=level[code], lots=given[code]) for code in sorted(given) if given[code]]
        lots -= sum(given.values())
    return rows, lots


def cost_shares(cost_fen: int, lots: Mapping[str, int]) -> dict[str, int]:
    """Return the cost of an auction by trading code, in proportion to its lots, to the fen.

    Largest remainder, ties to more lots, then by code; a gain is negative. 100 fen over A 2 and B 1
    lots: 66.67 and 33.33, so 67 and 33.
    """
    each, rest = divmod(cost_fen, sum(lots.values()))
    more = unchecked(whole_shares)(rest, lots)
    return {code: each * count + more[code] for code, count in lots.items()}
