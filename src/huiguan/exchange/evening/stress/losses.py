"""Who could not pay at other prices: each member's loss beyond its own money, and who pays that."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.clearing.default.waterfall import Resources
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.quotes import whole
from huiguan.exchange.rules.failing import DefaultWaterfall, Layer
from huiguan.foundation.arithmetic import PPB, Rounding
from huiguan.foundation.columns import sums

CLIENTS, HOUSE = 0, 1


class Exposure(NamedTuple):
    """A closed day as a stress test reads it: what each trading code has, and gains by a unit."""

    members: list[str]
    member: np.ndarray  # of each trading code
    house: np.ndarray  # whether it is the member's own
    equity_fen: np.ndarray
    cash_fen: np.ndarray  # of each member: pools of its own money and of its clients', [2, members]
    collateral_fen: np.ndarray  # of its own pool, as it counted at the clearing
    code: np.ndarray  # of each position
    instrument: np.ndarray
    unit_fen: np.ndarray  # what the position gains when the price rises by a unit
    settlement_units: np.ndarray  # of each contract


class MemberLoss(msgspec.Struct, frozen=True, kw_only=True):
    """What a member would owe at other prices, and what it has to pay it with (fen)."""

    member: str
    house_fen: int  # its own account owes
    clients_fen: int  # its clients owe beyond their money
    elsewhere_fen: int  # of its clients' money, not in its pool: with banks, and taken to be there
    own_fen: int  # its own money and collateral, that pay first

    @property
    def owed_fen(self) -> int:
        """Return the whole loss."""
        return self.house_fen + self.clients_fen

    @property
    def beyond_fen(self) -> int:
        """Return what it cannot pay itself."""
        return max(0, self.owed_fen - self.own_fen)


class Paid(NamedTuple):
    """What a layer gives for the members that fail, of what it has."""

    layer: Layer
    used_fen: int
    there_fen: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario comes to."""

    losses: list[MemberLoss]  # of every member that owes anything, the largest first
    failing: list[MemberLoss]  # that fail: those with the largest losses beyond their own money
    paid: list[Paid]  # layer by layer, after the members' own money
    left_fen: int  # that no layer pays

    @property
    def beyond_fen(self) -> int:
        """Return what all who fail cannot pay themselves."""
        return sum(row.beyond_fen for row in self.failing)


def exposure(image: DayImage, result: DayResult) -> Exposure:
    """Return a closed day as a stress test reads it."""
    count = len(image.names.members)
    cash, collateral = np.zeros((2, count), np.int64), np.zeros(count, np.int64)
    pools = result.pools
    np.add.at(cash, (pools["house"].astype(np.int64), pools["member"]), pools["cash_fen"])
    own = pools[pools["house"] == HOUSE]
    np.add.at(collateral, own["member"], own["usable_fen"])
    rows, instruments = result.positions, image.instruments
    unit_value = instruments["tick_value_fen"] // instruments["tick_units"]
    instrument = rows["instrument"].astype(np.int64)
    lots = rows["long_lots"].astype(np.int64) - rows["short_lots"]
    return Exposure(
        members=list(image.names.members),
        member=image.trading_codes["member"].astype(np.int64),
        house=image.trading_codes["house"] != 0,
        equity_fen=result.accounts["balance_fen"].astype(np.int64),
        cash_fen=cash,
        collateral_fen=collateral,
        code=rows["trading_code"].astype(np.int64),
        instrument=instrument,
        unit_fen=lots * unit_value[instrument],
        settlement_units=result.contracts["settlement_units"].astype(np.int64),
    )


def member_losses(seen: Exposure, units: np.ndarray) -> list[MemberLoss]:
    """Return what each member would owe at these prices, largest loss beyond its own money first.

    A client's gain never pays for another's loss. A member's own account pays before anything else
    of the member does. Of equal losses the smaller number comes first.
    """
    count = len(seen.members)
    gains = seen.unit_fen * (units - seen.settlement_units)[seen.instrument]
    code_gain = sums(seen.code, gains, len(seen.equity_fen))
    client = ~seen.house
    before = sums(seen.member[client], seen.equity_fen[client], count)
    after = (seen.equity_fen + code_gain)[client]
    deficits = sums(seen.member[client], np.maximum(0, -after), count)
    house = seen.cash_fen[HOUSE] + sums(seen.member[seen.house], code_gain[seen.house], count)
    apart = seen.cash_fen[CLIENTS] - before  # the member's own money in its clients' pool
    rows = [
        MemberLoss(
            member=name,
            house_fen=max(0, -int(house[number])),
            clients_fen=int(deficits[number]),
            elsewhere_fen=max(0, -int(apart[number])),
            own_fen=max(0, int(house[number]))
            + max(0, int(apart[number]))
            + int(seen.collateral_fen[number]),
        )
        for number, name in enumerate(seen.members)
    ]
    rows = [row for row in rows if row.owed_fen]
    return sorted(rows, key=lambda row: (-row.beyond_fen, -row.owed_fen, row.member))


def outcome(
    losses: Sequence[MemberLoss], fail: int, waterfall: DefaultWaterfall, resources: Resources
) -> Outcome:
    """Return what a scenario comes to when the members that it hits hardest fail together.

    Each pays first with its own money and its own part of the fund; what all the others and the
    exchange have is there once for all who fail, and who fails pays for nobody else.
    """
    failing = [row for row in losses if row.beyond_fen][:fail]
    open_fen = {row.member: row.beyond_fen for row in failing}
    paid = []
    for layer in waterfall.layers:
        if layer == "margin":  # its own money is gone already
            continue
        before = sum(open_fen.values())
        if layer == "fund_share":
            there = sum(resources.fund_fen.get(member, 0) for member in open_fen)
            for member, fen in open_fen.items():
                open_fen[member] -= min(fen, resources.fund_fen.get(member, 0))
        else:
            there = common_fen(layer, waterfall, resources, set(open_fen))
            take = there
            for member, fen in open_fen.items():
                open_fen[member] -= min(fen, take)
                take -= min(fen, take)
        paid.append(Paid(layer, before - sum(open_fen.values()), there))
    return Outcome(losses=list(losses), failing=failing, paid=paid, left_fen=sum(open_fen.values()))


def common_fen(
    layer: Layer, waterfall: DefaultWaterfall, resources: Resources, failing: set[str]
) -> int:
    """Return what a layer has for whoever fails: of the fund, the parts of those who do not."""
    if layer == "risk_reserve":
        return resources.risk_reserve_fen
    if layer == "own_funds":
        return resources.own_funds_fen
    parts = [fen for member, fen in resources.fund_fen.items() if member not in failing]
    if layer == "assessments":
        share = Fraction(waterfall.assessment_share_ppb, PPB)
        return sum(whole(fen * share, Rounding.DOWN) for fen in parts)
    return sum(parts)
