"""What a day carries to the next: warrants, what is to be delivered, past prices, volumes."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from huiguan.exchange.clearing.margin import shorts_to_margin
from huiguan.exchange.clearing.parameters import MOVE_DAYS
from huiguan.exchange.day.image import (
    DayImage,
    MemberVolume,
    PastSettlement,
    Undelivered,
    Warrant,
)
from huiguan.exchange.day.instructions.every import AnyInstruction, index_of
from huiguan.exchange.day.instructions.money import LodgeWarrants
from huiguan.exchange.day.result import DayResult, FreedShort
from huiguan.exchange.evening.day_positions import SHORT, Holdings, codes_of, split_of
from huiguan.exchange.evening.rules_of_day import DayRules
from huiguan.foundation.columns import stacked
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.records import blank_rows, table_layout
from huiguan.foundation.tables import in_key_order

THOUSAND = 1_000
EVENINGS = max(MOVE_DAYS)


def lodged_warrants(image: DayImage, instructions: Sequence[AnyInstruction]) -> np.ndarray:
    """Return the warrants lodged: those of the image, changed by instructions; none of zero."""
    rows = {
        (int(row["trading_code"]), int(row["product"])): int(row["quantity_thousandths"])
        for row in image.warrants
    }
    for order in instructions:
        if isinstance(order, LodgeWarrants):
            scaled = order.quantity * THOUSAND
            if scaled < 0 or scaled != int(scaled):
                raise InputFault(
                    f"{order.reference}: a quantity of {order.quantity} cannot be lodged; give it"
                    " in the product's unit, not below zero, with at most three decimals"
                )
            code = index_of(image.names.trading_codes, order.trading_code, "trading code")
            product = index_of(image.names.products, order.product, "product")
            rows[code, product] = int(scaled)
    kept = [(quantity, *key) for key, quantity in sorted(rows.items()) if quantity]
    return np.array(kept, table_layout(Warrant))


def lots_backed(
    image: DayImage, found: Holdings, rules: DayRules, warrants: np.ndarray
) -> np.ndarray:
    """Return the short lots of each position that warrants of its product back (4.4).

    The nearest month comes first; only whole lots count.
    """
    backed = np.zeros(len(found.key), np.int64)
    codes = codes_of(image, found.key)
    instrument, _ = split_of(image, found.key)
    for row in warrants:
        left = Decimal(int(row["quantity_thousandths"])).scaleb(-3)
        first, end = np.searchsorted(codes, [row["trading_code"], row["trading_code"] + 1])
        own = [
            position
            for position in range(int(first), int(end))
            if image.instruments["product"][instrument[position]] == row["product"]
        ]
        own.sort(key=lambda p: (rules.contracts[instrument[p]].today.contract.month, p))
        for position in own:
            size = rules.contracts[instrument[position]].today.terms.lot_size
            shorts = int(found.held[SHORT, position])
            freed = shorts - unchecked(shorts_to_margin)(shorts, left, size)
            backed[position] = freed
            left -= freed * size
    return backed


def freed_rows(image: DayImage, found: Holdings, backed: np.ndarray) -> np.ndarray:
    """Return the result's rows of short lots that need no margin."""
    some = np.flatnonzero(backed)
    table = blank_rows(FreedShort, len(some))
    table["trading_code"] = codes_of(image, found.key[some])
    table["instrument"], table["hedge"] = split_of(image, found.key[some])
    table["lots"] = backed[some]
    return table


def undelivered(
    image: DayImage, found: Holdings, rules: DayRules, expired_fen: np.ndarray
) -> np.ndarray:
    """Return what is left to be delivered after today's clearing, and the margin kept for it (6.5).

    ``expired_fen`` is the margin of each position that expired today. What expired earlier is kept
    as it was, until the day at whose clearing its margin is returned.
    """
    instrument, hedge = split_of(image, found.key)
    until = np.array([row.margin_until for row in rules.contracts], np.int32)
    month = np.array([row.today.contract.month for row in rules.contracts], np.int32)
    held = found.held.sum(axis=0) > 0
    new = np.flatnonzero(held & (until[instrument] > rules.trading_day))
    rows = blank_rows(Undelivered, len(new))
    rows["margin_fen"], rows["hedge"] = expired_fen[new], hedge[new]
    rows["trading_code"] = codes_of(image, found.key[new])
    rows["product"] = image.instruments["product"][instrument[new]]
    rows["month"], rows["until"] = month[instrument[new]], until[instrument[new]]
    rows["long_lots"], rows["short_lots"] = found.held[:, new]
    earlier = image.undelivered[image.undelivered["until"] > rules.trading_day]
    return in_key_order(stacked([earlier, rows]), Undelivered)


def past_settlements(image: DayImage, settlement_units: np.ndarray, day: int) -> np.ndarray:
    """Return the settlement prices of the last five evenings, today's with them."""
    today = blank_rows(PastSettlement, len(settlement_units))
    today["settlement_units"], today["trading_day"] = settlement_units, day
    today["instrument"] = np.arange(len(today))
    every = np.concatenate([image.past_settlements, today])
    every = every[np.lexsort([every["trading_day"], every["instrument"]])]
    newer = np.searchsorted(every["instrument"], every["instrument"], side="right")
    kept: np.ndarray = every[newer - np.arange(len(every)) <= EVENINGS]
    return kept


def evenings_of(image: DayImage, index: int) -> list[int]:
    """Return the past settlement prices of a contract in units, oldest first."""
    rows = image.past_settlements[image.past_settlements["instrument"] == index]
    return [int(units) for units in rows["settlement_units"]]


def member_volumes(result: DayResult) -> np.ndarray:
    """Return what every member traded, as tomorrow's rankings compare it."""
    rows = result.member_contracts[result.member_contracts["volume_lots"] > 0]
    table = blank_rows(MemberVolume, len(rows))
    for name in table.dtype.names or ():
        table[name] = rows[name]
    return table
