"""Daily files under official field names: express, settlement and trading parameters, rankings.

Fields as in the exchange's ``kx``, ``Settlement``, ``ContractDailyTradeArgument``,
``ContractBaseInfo`` and ``pm`` files. ``Settlement`` holds what applies from the day's clearing,
``ContractDailyTradeArgument`` what was in force during the day. Rates are decimals.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from huiguan.exchange.evening.day_figures import ContractFigures, Rank
from huiguan.exchange.rules.parameters import ContractParameters

Row = dict[str, Any]


def rate(ppb: int) -> Decimal:
    """Return a rate in parts per billion as a decimal."""
    return Decimal(int(ppb)).scaleb(-9).normalize() + 0


def express_rows(figures: Iterable[ContractFigures]) -> list[Row]:
    """Return the daily express, one row a contract; turnover in 10,000 CNY."""
    return [
        {
            "PRODUCTID": row.product,
            "INSTRUMENTID": row.instrument,
            "DELIVERYMONTH": row.instrument[-4:],
            "PRESETTLEMENTPRICE": row.previous_settlement,
            "OPENPRICE": row.open,
            "HIGHESTPRICE": row.high,
            "LOWESTPRICE": row.low,
            "CLOSEPRICE": row.close,
            "SETTLEMENTPRICE": row.settlement,
            "ZD1_CHG": row.change_close,
            "ZD2_CHG": row.change_settlement,
            "VOLUME": row.volume_lots,
            "TURNOVER": row.turnover_ten_thousand,
            "OPENINTEREST": row.open_interest_lots,
            "OPENINTERESTCHG": row.open_interest_change,
            "SETTLEDBY": row.settled_by.name,
        }
        for row in figures
    ]


def settlement_rows(
    figures: Sequence[ContractFigures], charged: Sequence[ContractParameters], trading_day: int
) -> list[Row]:
    """Return margins and fees that apply from the day's clearing, one row a contract."""
    return [
        {
            "INSTRUMENTID": row.instrument,
            "SETTLEMENTPRICE": row.settlement,
            "TRADEFEERATION": rate(found.fee.rate_ppb),
            "TRADEFEEUNIT": Decimal(found.fee.per_lot_fen).scaleb(-2),
            "HTRADEFEERATIO": rate(found.hedge_fees.open_rate_ppb),
            "HTRADEFEEUNIT": Decimal(found.hedge_fees.open_fen).scaleb(-2),
            "DISCOUNTRATE": found.fee.close_today_multiple,
            "COMMODITYDELIVERYFEERATION": rate(found.delivery_fee.rate_ppb),
            "COMMODITYDELIVERYFEEUNIT": Decimal(found.delivery_fee.per_unit_fen).scaleb(-2),
            "SPEC_LONGMARGINRATIO": rate(row.general_ppb),
            "SPEC_SHORTMARGINRATIO": rate(row.general_ppb),
            "LONGMARGINRATIO": rate(row.hedge_ppb),
            "SHORTMARGINRATIO": rate(row.hedge_ppb),
            "LIMITLOCKED": row.locked,
            "TRADINGDAY": trading_day,
        }
        for row, found in zip(figures, charged, strict=True)
    ]


def argument_rows(
    instruments: Sequence[str], states: Iterable[tuple[int, int, int]], trading_day: int
) -> list[Row]:
    """Return limits and margins in force during the day; states are (limit, general, hedge) ppb."""
    return [
        {
            "INSTRUMENTID": name,
            "UPPER_VALUE": rate(limit),
            "LOWER_VALUE": rate(limit),
            "SPEC_LONGMARGINRATIO": rate(general),
            "SPEC_SHORTMARGINRATIO": rate(general),
            "HDEGE_LONGMARGINRATIO": rate(hedge),  # the official file's own spelling
            "HDEGE_SHORTMARGINRATIO": rate(hedge),
            "TRADINGDAY": trading_day,
        }
        for name, (limit, general, hedge) in zip(instruments, states, strict=True)
    ]


def base_rows(contracts: Iterable[ContractParameters], trading_day: int) -> list[Row]:
    """Return the dates of every contract."""
    return [
        {
            "INSTRUMENTID": row.contract.code,
            "COMMODITYID": row.contract.product,
            "EXCHANGEID": row.contract.venue,
            "OPENDATE": row.contract.listed,
            "EXPIREDATE": row.contract.last_day,
            "STARTDELIVDATE": min(row.contract.delivery_days, default=row.contract.last_day),
            "ENDDELIVDATE": max(row.contract.delivery_days, default=row.contract.last_day),
            "TRADINGDAY": trading_day,
        }
        for row in contracts
    ]


def move_rows(instruments: Sequence[str], changes: Iterable[Sequence[Decimal | None]]) -> list[Row]:
    """Return how far settlement prices have moved over three, four and five days, as decimals."""
    names = ("CHANGE3", "CHANGE4", "CHANGE5")
    return [
        {"INSTRUMENTID": name, **dict(zip(names, row, strict=True))}
        for name, row in zip(instruments, changes, strict=True)
    ]


KINDS = {"volume_lots": 1, "long_lots": 2, "short_lots": 3}


def ranking_rows(ranks: Iterable[Rank]) -> list[Row]:
    """Return rankings side by side: 1 volume, 2 long, 3 short, as the official file has them."""
    rows: dict[tuple[str, int], Row] = {}
    for row in ranks:
        line = rows.setdefault(
            (row.instrument, row.rank),
            {"INSTRUMENTID": row.instrument, "RANK": row.rank}
            | {
                f"{name}{number}{ending}": None
                for number in KINDS.values()
                for name, ending in (("PARTICIPANTABBR", ""), ("CJ", ""), ("CJ", "_CHG"))
            },
        )
        number = KINDS[row.kind]
        line[f"PARTICIPANTABBR{number}"] = row.member
        line[f"CJ{number}"], line[f"CJ{number}_CHG"] = row.lots, row.change
    return [rows[key] for key in sorted(rows)]
