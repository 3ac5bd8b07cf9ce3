"""Forced position reduction after three limit-locked days.

Losers' unfilled closing orders are matched with winners' positions at the limit price of D3.
Tiers 6 / 3 / 0 % of the settlement price for speculation (8 / 4 / 0 % for ru and fu), then hedging
from 6 % (8 %). Everything here is unconfirmed at SHFE and follows the sister texts.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_rate, exact
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.hashing import digest
from huiguan.foundation.readers.names import Name, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked


@rule("forced reduction: cost of the net position, latest openings first", "unconfirmed")
@checked
def unit_net_profit(
    net_lots: Lots, openings: Sequence[tuple[Price, Lots]], settlement: Price, *, long: bool
) -> Fraction:
    """Return the profit per unit of a net position (a loss is negative).

    ``openings`` are the client's opening trades (price, lots) of the net direction, oldest first;
    from the latest backwards they are taken until they add up to the net position. Net long 5,
    openings 100 x 4, 110 x 3, settled 120: (3 x 10 + 2 x 20) / 5 = 14.
    """
    left = net_lots
    if left == 0:
        raise InputFault("a net position of zero lots has no unit profit")
    total = Fraction(0)
    for price, lots in reversed(openings):
        take = min(left, lots)
        difference = exact(settlement) - exact(price)
        total += take * (difference if long else -difference)
        left -= take
    if left:
        raise InputFault(f"the openings are {left} lots short of the net position")
    return total / net_lots


@rule("forced reduction: tiers by unit profit and kind", "unconfirmed")
@checked
def reduction_tier(
    unit_profit: Price | Fraction,
    settlement: Size,
    threshold: Rate,
    second_tier: Rate,
    *,
    hedging: bool,
) -> int:
    """Return the tier 1 to 4 of a winning position, 0 when it cannot be taken.

    Speculation: 1 from the threshold, 2 from ``second_tier``, 3 above zero; hedging: 4 from the
    threshold, else none. Both are the ``forced_reduction`` of the books: 6 and 3 %, ru and fu 8 and
    4 %. Settled at 68,800, a profit of 2,700 is 3.9 %: 2.
    """
    ratio, full = exact(unit_profit) / exact(settlement), as_rate(threshold, "threshold")
    second = as_rate(second_tier, "second tier")
    if second > full:
        raise InputFault(f"second tier {second_tier} is above the threshold {threshold}")
    if hedging:
        return 4 if ratio >= full else 0
    if ratio >= full:
        return 1
    if ratio >= second:
        return 2
    return 3 if ratio > 0 else 0


@rule("forced reduction: whole lots, largest fractions, ties drawn", "unconfirmed")
@checked
def share_lots(total: Lots, weights: Mapping[Name, Lots], seed: bytes) -> dict[str, int]:
    """Return ``total`` lots shared in proportion to ``weights``, by largest remainder.

    Equal fractions are drawn: the code with the smaller BLAKE2b hash of seed and code comes first,
    so anyone can repeat the draw. 10 lots over A 7, B 7, C 7: 3 each, one drawn lot more.
    """
    everything = sum(weights.values())
    if total > everything:
        raise InputFault(f"{total} lots cannot be shared over {everything}")
    shares = {code: total * lots // everything for code, lots in weights.items() if lots}
    rest = total - sum(shares.values())
    order = sorted(
        shares,
        key=lambda code: (
            -(total * weights[code] % everything),
            digest(seed, code.encode()),
        ),
    )
    for code in order[:rest]:
        shares[code] += 1
    return shares


class NetPosition(msgspec.Struct, frozen=True):
    """A trading code's net position in the contract on D3, own opposite positions closed before."""

    trading_code: Name
    lots: Lots
    unit_profit: Fraction  # per quoted unit; a loss is negative
    hedging: bool = False


class ReducedLots(msgspec.Struct, frozen=True):
    """What a trading code closes by forced reduction, at D3's limit price."""

    trading_code: str
    lots: int
    tier: int  # 1 to 4; of the loser: the tier that took its lots


class Reduction(msgspec.Struct, frozen=True):
    """Both sides of a forced reduction, tier by tier, and what stays unfilled."""

    losers: list[ReducedLots]
    winners: list[ReducedLots]
    unfilled_lots: int


@rule("forced reduction: who may close, a unit loss of at least the threshold", "unconfirmed")
@checked
def declared_closing_lots(
    unfilled_closing_lots: Lots, position: NetPosition, settlement: Size, threshold: Rate
) -> int:
    """Return the lots a loser has declared: its unfilled closing orders at the limit price.

    They count up to the net position, and only when the unit net loss is at least the threshold
    (``forced_reduction`` of the books) of D3's settlement price. A unit loss of 60 settled at 1,000
    and 6 %: of 20 lots unfilled a net position of 15 declares 15.
    """
    loss = -exact(position.unit_profit)
    if loss < as_rate(threshold) * exact(settlement):
        return 0
    return min(unfilled_closing_lots, position.lots)


@rule("forced reduction, allocation tier by tier", "unconfirmed")
@checked
def forced_reduction(
    closing_lots: Mapping[Name, Lots],
    winners: Sequence[NetPosition],
    settlement: Size,
    threshold: Rate,
    seed: bytes,
    second_tier: Rate,
) -> Reduction:
    """Return who closes how many lots: the declared closing lots against the winners by tier.

    ``closing_lots`` are the declared lots per losing code; ``winners`` the net positions of the
    other side. A tier with enough lots shares what is left to close; one with less is taken whole
    and shared among the losers in proportion; equal fractions are drawn from ``seed``. Rates as in
    ``reduction_tier``. A declares 10 and C 5 lots; tier 1 has 9, tier 2 has 6: A closes 6 + 4, C
    3 + 2, nothing is left.
    """
    left = {code: lots for code, lots in closing_lots.items() if lots}
    won = {row.trading_code for row in winners}
    one_spelling({*left, *won}, "trading code")
    if both := sorted(won & left.keys()):
        raise InputFault(f"trading code {both[0]!r} stands on both sides; give its net position")
    tier_of, share = unchecked(reduction_tier), unchecked(share_lots)
    tiers: dict[int, dict[str, int]] = {1: {}, 2: {}, 3: {}, 4: {}}
    for row in winners:
        profit, hedging = row.unit_profit, row.hedging
        tier = tier_of(profit, settlement, threshold, second_tier, hedging=hedging)
        if tier:
            tiers[tier][row.trading_code] = tiers[tier].get(row.trading_code, 0) + row.lots
    losers_out: list[ReducedLots] = []
    winners_out: list[ReducedLots] = []
    for tier, available in tiers.items():
        quantity = min(sum(left.values()), sum(available.values()))
        if quantity == 0:
            continue
        given = share(quantity, available, seed + b"winner%d" % tier)
        taken = share(quantity, left, seed + b"loser%d" % tier)
        winners_out += _rows(given, tier)
        losers_out += _rows(taken, tier)
        left = {code: lots - taken.get(code, 0) for code, lots in left.items()}
    return Reduction(losers=losers_out, winners=winners_out, unfilled_lots=sum(left.values()))


def _rows(lots: Mapping[str, int], tier: int) -> list[ReducedLots]:
    """Return the rows of one tier in order of trading code."""
    return [
        ReducedLots(trading_code=code, lots=lots[code], tier=tier)
        for code in sorted(lots)
        if lots[code]
    ]


@rule("forced reduction: a client's own opposite positions are closed first", "secondary")
@checked
def net_first(long_lots: Lots, short_lots: Lots) -> tuple[int, int, int]:
    """Return (lots closed against each other, net long, net short): 7 and 3 give (3, 4, 0)."""
    own = min(long_lots, short_lots)
    return own, long_lots - own, short_lots - own
