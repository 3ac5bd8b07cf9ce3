"""A member's daily settlement statement: its clearing deposits and its positions, zh and en."""

from collections.abc import Sequence
from typing import Any

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_figures import contract_figures
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault

LABELS = {
    "previous_cash_fen": "cash brought forward 上日资金",
    "deposits_fen": "deposits 入金",
    "withdrawals_fen": "withdrawals 出金",
    "profit_fen": "profit and loss 盈亏",
    "fees_fen": "transaction fees 手续费",
    "order_fees_fen": "order fees 申报费",
    "cash_fen": "cash carried forward 当日资金",
    "margin_fen": "trading margin 交易保证金",
    "usable_fen": "collateral that counts 质押可用",
    "balance_fen": "clearing deposit 结算准备金",
    "minimum_fen": "minimum 最低余额",
    "call_fen": "to be paid in 应追加",
}
OWNERS = ("clients 客户", "own 自营")


def pools_of(image: DayImage, result: DayResult, member: str) -> list[int]:
    """Return the pools of a member; an unknown member is an InputFault."""
    if member not in image.names.members:
        raise InputFault(f"member {member!r} is not in this day; check the number")
    row = image.names.members.index(member)
    return [index for index, pool in enumerate(result.pools) if pool["member"] == row]


def member_table(image: DayImage, result: DayResult, member: str) -> list[Sequence[str]]:
    """Return the clearing deposits of a member: label, and one figure per pool."""
    pools = pools_of(image, result, member)
    heads = ["", *(OWNERS[int(result.pools["house"][index])] for index in pools)]
    rows = [
        [label, *(show_fen(int(result.pools[name][index])) for index in pools)]
        for name, label in LABELS.items()
    ]
    return [heads, *rows]


def member_positions(image: DayImage, result: DayResult, member: str) -> list[Sequence[str]]:
    """Return what a member traded and holds by contract, all its trading codes together."""
    row = image.names.members.index(member)
    own = result.member_contracts[result.member_contracts["member"] == row]
    figures = contract_figures(image, result)
    return [
        [
            figures[int(line["instrument"])].instrument,
            f"{figures[int(line['instrument'])].settlement:f}",
            *(f"{int(line[name]):,}" for name in ("volume_lots", "long_lots", "short_lots")),
        ]
        for line in own
    ]


def member_json(image: DayImage, result: DayResult, member: str) -> dict[str, Any]:
    """Return a member's statement as plain values, money in fen."""
    return {
        "MemberID": member,
        "TradingDay": show_day(result.settings.trading_day),
        "Pools": [
            {
                "House": bool(result.pools["house"][index]),
                "Owner": OWNERS[int(result.pools["house"][index])].split()[0],
                **{name: int(result.pools[name][index]) for name in LABELS},
            }
            for index in pools_of(image, result, member)
        ],
        "Positions": [
            dict(
                zip(
                    ("InstrumentID", "SettlementPrice", "Volume", "Long", "Short"), row, strict=True
                )
            )
            for row in member_positions(image, result, member)
        ],
    }
