"""A loss over layers and payers as the rule says it, fen by fen where fen are left."""

from fractions import Fraction


def plain_shares(amount: int, parts: dict[str, int]) -> dict[str, int]:
    """Whole fen of the exact share; those left one by one to whoever lacks most of a fen."""
    everything = sum(parts.values())
    if not everything:
        return dict.fromkeys(parts, 0)
    exact = {name: Fraction(amount) * part / everything for name, part in parts.items()}
    found = {name: share.numerator // share.denominator for name, share in exact.items()}
    while sum(found.values()) < amount:
        lacking = [name for name in parts if found[name] < exact[name]]
        first = max(lacking, key=lambda name: (exact[name] - found[name], parts[name], -int(name)))
        found[first] += 1
    return found


def plain_waterfall(
    loss: int,
    layers: list[str],
    member: str,
    own: int,
    fund: dict[str, int],
    reserve: int,
    funds: int,
    share: Fraction,
) -> tuple[list[tuple[str, str, int]], int]:
    """Return (layer, payer, fen) in order, and what is left."""
    rows = []
    for layer in layers:
        parts: dict[str, int] = {}
        for name in sorted(fund):
            own_part = name == member
            if layer == ("fund_share" if own_part else "others_fund"):
                parts[name] = fund[name]
            if layer == "assessments" and not own_part:
                asked = fund[name] * share
                parts[name] = asked.numerator // asked.denominator
        if layer == "margin":
            parts = {member: own}
        if layer == "risk_reserve":
            parts = {"exchange": reserve}
        if layer == "own_funds":
            parts = {"exchange": funds}
        paid = min(loss, sum(parts.values()))
        loss -= paid
        shares = plain_shares(paid, parts) if len(parts) > 1 else dict.fromkeys(parts, paid)
        rows += [(layer, name, fen) for name, fen in shares.items() if fen]
    return rows, loss
