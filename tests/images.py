"""Small day images for tests and benchmarks: everything equal but what the caller names."""

from typing import Any

import numpy as np

from huiguan.exchange.day.image import (
    FEE_CLASSES,
    HEDGE_FLAGS,
    DayImage,
    Names,
    Settings,
)
from huiguan.foundation.tables import empty_tables


def small_image(
    instruments: int = 2,
    codes: int = 6,
    members: int = 2,
    products: int = 1,
    *,
    settings: dict[str, Any] | None = None,
    deposit_fen: int = 100_000_000,
    lower: int = 90,
    upper: int = 110,
    settlement: int = 100,
    margin_fen: int = 1_000,
    fee_rate_ppb: int = 0,
    fee_fen: int = 10,
    instrument_fields: dict[str, Any] | None = None,
) -> DayImage:
    """Return an image whose instruments, trading codes and members are all alike.

    Instrument i belongs to product i mod ``products``; code i to member i mod ``members``; every
    code is its own holder; one phase group; hedging margin is half, close-today fees are double.
    """
    tables = empty_tables(DayImage)
    rows = np.zeros(instruments, tables["instruments"].dtype)
    rows["tick_value_fen"], rows["tick_units"] = 100, 1
    rows["product"] = np.arange(instruments) % products
    rows["lower_limit_ticks"], rows["upper_limit_ticks"] = lower, upper
    rows["previous_settlement_ticks"] = settlement
    rows["minimum_lots"], rows["maximum_lots"], rows["maximum_market_lots"] = 1, 500, 500
    rows["lots_multiple"] = 1
    rows["long_relief_group"] = rows["short_relief_group"] = rows["product"]
    for name, value in (instrument_fields or {}).items():
        rows[name] = value
    tables["instruments"] = rows
    margins = np.zeros(instruments * 2 * HEDGE_FLAGS, tables["margins"].dtype)
    cells = np.arange(len(margins))
    margins["instrument"] = cells // (2 * HEDGE_FLAGS)
    margins["side"] = cells // HEDGE_FLAGS % 2
    margins["hedge"] = cells % HEDGE_FLAGS
    margins["margin_fen"] = np.where(margins["hedge"] == 2, margin_fen // 2, margin_fen)
    tables["margins"] = margins
    fees = np.zeros(instruments * HEDGE_FLAGS * FEE_CLASSES, tables["fees"].dtype)
    cells = np.arange(len(fees))
    fees["instrument"] = cells // (HEDGE_FLAGS * FEE_CLASSES)
    fees["hedge"] = cells // FEE_CLASSES % HEDGE_FLAGS
    fees["fee_class"] = cells % FEE_CLASSES
    fees["rate_ppb"], fees["per_lot_fen"] = fee_rate_ppb, fee_fen
    fees["per_lot_fen"][fees["fee_class"] == 2] = 2 * fee_fen
    tables["fees"] = fees
    owners = np.zeros(codes, tables["trading_codes"].dtype)
    owners["deposit_fen"] = deposit_fen
    owners["member"] = np.arange(codes) % members
    owners["holder"] = np.arange(codes)
    tables["trading_codes"] = owners
    clearing = np.zeros(members, tables["members"].dtype)
    clearing["deposit_fen"] = deposit_fen * codes
    tables["members"] = clearing
    names = Names(
        instruments=[f"xx{26_01 + i}" for i in range(instruments)],
        products=[f"x{i}" for i in range(products)],
        phase_groups=["day"],
        trading_codes=[f"{i:012d}" for i in range(codes)],
        members=[f"{i:04d}" for i in range(members)],
        holders=[f"{i:08d}" for i in range(codes)],
    )
    chosen = {"trading_day": 20260821, **(settings or {})}
    return DayImage(settings=Settings(**chosen), names=names, **tables)
