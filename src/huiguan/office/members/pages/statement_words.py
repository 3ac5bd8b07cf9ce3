"""A statement of the door as a page shows it: its figures under our words, its tables."""

from __future__ import annotations

from typing import Any, NamedTuple

from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.reports.command_words import HEDGES, OFFSETS, SIDES
from huiguan.exchange.reports.words import CTP_HEDGES, CTP_REDUCED
from huiguan.foundation.calendars import show_day
from huiguan.office.display.figures import grouped

ACCOUNT = {
    "PreBalance": "balance brought forward",
    "Deposit": "deposits",
    "Withdraw": "withdrawals",
    "CloseProfit": "profit of closes",
    "PositionProfit": "profit of positions",
    "Commission": "fees",
    "Balance": "balance carried forward",
    "CurrMargin": "margin",
    "DeliveryMargin": "delivery margin",
    "Mortgage": "collateral",
    "Available": "available",
    "MarginCall": "margin call",
}
HEDGE_WORDS = {CTP_HEDGES[hedge]: HEDGES[hedge][0] for hedge in Hedge}
OFFSET_WORDS = {str(int(offset)): OFFSETS[offset][0] for offset in Offset}


class TradeShown(NamedTuple):
    """A trade of the day."""

    contract: str
    side: str
    offset: str
    hedge: str
    price: str
    lots: str
    turnover: str


class HeldShown(NamedTuple):
    """Lots held from one opening."""

    contract: str
    opened: str
    side: str
    hedge: str
    lots: str
    open_price: str
    settlement: str
    margin: str


class Page(NamedTuple):
    """A statement as it is shown."""

    account: list[tuple[str, str]]
    risk: str
    trades: list[TradeShown]
    held: list[HeldShown]


def money(amount: float) -> str:
    """Return yuan with two decimals."""
    return grouped(f"{amount:.2f}")


def price(amount: float) -> str:
    """Return a price without zeros that say nothing."""
    return grouped(f"{amount:.4f}".rstrip("0").rstrip("."))


def statement_page(values: dict[str, Any]) -> Page:
    """Return a statement, of its values under CTP field names."""
    account = values["SettlementStatement"]
    return Page(
        account=[(label, money(account[name])) for name, label in ACCOUNT.items()],
        risk=account["RiskDegree"],
        trades=[trade(row) for row in values["Transactions"]],
        held=[held(row) for row in values["PositionsDetail"]],
    )


def trade(row: dict[str, Any]) -> TradeShown:
    """Return a trade of a statement."""
    reduced = row["OffsetFlag"] == CTP_REDUCED
    return TradeShown(
        row["InstrumentID"],
        SIDES[Side(int(row["Direction"]))][0],
        "forced reduction" if reduced else OFFSET_WORDS[row["OffsetFlag"]],
        HEDGE_WORDS[row["HedgeFlag"]],
        price(row["Price"]),
        f"{row['Volume']:,}",
        money(row["Turnover"]),
    )


def held(row: dict[str, Any]) -> HeldShown:
    """Return lots of a statement."""
    return HeldShown(
        row["InstrumentID"],
        show_day(int(row["OpenDate"])),
        SIDES[Side(int(row["Direction"]))][0],
        HEDGE_WORDS[row["HedgeFlag"]],
        f"{row['Volume']:,}",
        price(row["OpenPrice"]),
        price(row["SettlementPrice"]),
        money(row["Margin"]),
    )
