"""Positions at the end: which can be delivered, and what becomes of the others (5.7, 6.6)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from huiguan.exchange.amounts import whole_shares
from huiguan.exchange.delivery.register import Holder
from huiguan.foundation.arithmetic import PPB


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What a trading code holds of a contract after its last trading day."""

    holder: str
    long: int
    short: int
    margin_fen: int = 0  # kept for the delivery


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """Lots that do not go into the delivery, why, and what they pay or are paid."""

    holder: str
    side: str  # long, short
    lots: int
    reason: str
    fen: int  # above 0: paid by the holder; below: paid to him


def reasons(holder: Holder | None) -> list[str]:
    """Return why nothing of a holder's position can be delivered; nothing: it can."""
    if holder is None:
        return ["not among the holders"]
    found = []
    if holder.natural_person:
        found.append("natural person")
    if not holder.invoice:
        found.append("no invoices")
    if not holder.warrant_account:
        found.append("no warrant account")
    return found


def parts(holder: Holder | None, lots: int, unit: int) -> tuple[int, int, str]:
    """Return the lots that are delivered, those that are not, and why: whole units only."""
    if not lots:
        return 0, 0, ""
    found = reasons(holder)
    if found:
        return 0, lots, ", ".join(found)
    left = lots % unit
    return lots - left, left, f"not whole units of {unit} lots" if left else ""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into the delivery in lots, by holder, and what does not."""

    buyers: dict[str, int]
    sellers: dict[str, int]
    undelivered: list[Undelivered]


def share_fen(value_fen: int, rate_ppb: int) -> int:
    """Return a penalty: a rate of a value, half up."""
    return half_up(value_fen * rate_ppb, PPB)


def half_up(numerator: int, divisor: int) -> int:
    """Return a quotient, a half up: plain integers, for it stands inside a loop over warrants."""
    return (2 * numerator + divisor) // (2 * divisor)


def end_positions(
    positions: Iterable[Position],
    holders: Mapping[str, Holder],
    unit: int,
    lot_fen: int,
    rate_ppb: int,
) -> Ended:
    """Return what is delivered after positions that cannot be were handled in their order (6.6).

    (1) Every lot that cannot be delivered pays the rate on its value, on both sides. (2) Where more
    of one side cannot, the exchange pays that rate to holders of the other side who could have, in
    whole units by their share. (3) All these lots are closed without delivery.
    """
    lots: dict[str, dict[str, int]] = {"long": {}, "short": {}}
    out: list[Undelivered] = []
    lost = {"long": 0, "short": 0}
    for position in sorted(positions, key=lambda row: row.holder):
        for side in ("long", "short"):
            holder = holders.get(position.holder)
            held, left, why = parts(holder, getattr(position, side), unit)
            if held:
                lots[side][position.holder] = held
            if left:
                lost[side] += left
                fine = share_fen(left * lot_fen, rate_ppb)
                out.append(
                    Undelivered(holder=position.holder, side=side, lots=left, reason=why, fen=fine)
                )
    larger, other = ("long", "short") if lost["long"] > lost["short"] else ("short", "long")
    over = (lost[larger] - lost[other]) // unit
    units = {name: held // unit for name, held in lots[other].items()}
    for name, taken in sorted(whole_shares(over, units).items()):
        if taken:
            lots[other][name] -= taken * unit
            paid = share_fen(taken * unit * lot_fen, rate_ppb)
            why = "the other side cannot deliver"
            row = Undelivered(holder=name, side=other, lots=taken * unit, reason=why, fen=-paid)
            out.append(row)
    return Ended(
        buyers={name: held for name, held in lots["long"].items() if held},
        sellers={name: held for name, held in lots["short"].items() if held},
        undelivered=out,
    )


def imbalance(positions: Sequence[Position]) -> int:
    """Return the lots by which long is more than short: a contract has none."""
    return sum(row.long - row.short for row in positions)
