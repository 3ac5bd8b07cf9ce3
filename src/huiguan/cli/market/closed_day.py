"""Tables of a closed day, for ``day close`` and ``demo``: prices, gains, losses, calls, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.cli.language import language, tell
from huiguan.cli.tables import show_table
from huiguan.exchange.clearing.deposit import DeadlineOutcome
from huiguan.exchange.evening.day_figures import contract_figures, largest_moves
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.messages import Right
from huiguan.exchange.reports.instruction_words import CHINESE, ENGLISH, HEADS, effect_rows
from huiguan.foundation.arithmetic import show_fen, show_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.evening.decided.effects import Effect

MOST = 12
OUTCOMES = {
    DeadlineOutcome.NONE: "-",
    DeadlineOutcome.CLOSE_ONLY: "close only",
    DeadlineOutcome.FORCED_LIQUIDATION: "forced liquidation",
}


def print_closed(image: DayImage, result: DayResult) -> None:
    """Print the busiest contracts, the largest gains and losses, the calls, and the proof."""
    busiest = sorted(contract_figures(image, result), key=lambda row: -row.turnover_fen)[:MOST]
    show_table(
        "Settlement prices of the busiest contracts",
        ("contract", "previous", "close", "settlement", "by", "volume", "open int.", "limit"),
        [
            (
                row.instrument,
                row.previous_settlement,
                "-" if row.close is None else row.close,
                row.settlement,
                row.settled_by.name.lower().replace("_", " "),
                f"{row.volume_lots:,}",
                f"{row.open_interest_lots:,}",
                show_rate(row.limit_ppb),
            )
            for row in busiest
        ],
    )
    gains, losses = largest_moves(result)
    profit = result.accounts["close_profit_fen"] + result.accounts["mark_profit_fen"]
    show_table(
        "Largest gains and losses (CNY)",
        ("trading code", "profit", "margin", "equity"),
        [
            (
                image.names.trading_codes[code],
                show_fen(int(profit[code])),
                show_fen(int(result.accounts["margin_fen"][code])),
                show_fen(int(result.accounts["balance_fen"][code])),
            )
            for code in [*gains, *losses[::-1]]
        ],
    )
    called = [index for index, row in enumerate(result.pools) if row["call_fen"] > 0]
    show_table(
        f"Margin calls: {len(called)} of {len(result.pools)} pools (CNY)",
        ("member", "clearing deposit", "minimum", "to be paid in", "if unanswered"),
        [
            (
                pool_name(image, index),
                show_fen(int(result.pools["balance_fen"][index])),
                show_fen(int(result.pools["minimum_fen"][index])),
                show_fen(int(result.pools["call_fen"][index])),
                OUTCOMES[DeadlineOutcome(int(result.pools["outcome"][index]))],
            )
            for index in called
        ],
    )
    print_proof(result)


def print_effects(effects: Sequence[Effect]) -> None:
    """Print what instructions changed; nothing where there were none."""
    if effects:
        spoken_in = CHINESE if language() == "zh" else ENGLISH
        heads = HEADS[spoken_in]
        title = f"Instructions that were followed: {len({row.reference for row in effects})}"
        show_table(title, heads, effect_rows(effects, spoken_in), (*heads[:3], heads[-1]))


def print_proof(result: DayResult) -> None:
    """Print the proof sheet in total: image + movements = result."""
    accounts = result.accounts
    parts = [
        ("in the morning", accounts["previous_fen"]),
        ("+ deposits", accounts["deposits_fen"]),
        ("- withdrawals", accounts["withdrawals_fen"]),
        ("+ close profit", accounts["close_profit_fen"]),
        ("+ mark-to-market profit", accounts["mark_profit_fen"]),
        ("- fees", accounts["fees_fen"]),
        ("- order fees", accounts["order_fees_fen"]),
        ("- fees of cash settlement", accounts["delivery_fees_fen"]),
        ("= in the evening", accounts["balance_fen"]),
    ]
    show_table(
        f"Proof sheet of {len(accounts):,} trading codes (CNY; each is in accounts.csv)",
        ("", "total"),
        [(name, show_fen(int(column.sum()))) for name, column in parts],
    )


def print_close_only(image: DayImage) -> None:
    """Say of each pool that lies below its minimum that its codes may only close, and the cure."""
    codes = image.trading_codes
    called = (codes["own_right"] == Right.ALLOW) & (codes["right"] == Right.CLOSE_ONLY)
    for row, pool in enumerate(image.pools):
        own = called & (codes["member"] == pool["member"]) & (codes["house"] == pool["house"])
        if own.any():
            balance = int(pool["cash_fen"] - pool["margin_fen"] + pool["usable_fen"])
            tell(
                f"close only: the clearing deposit of {pool_name(image, row)}, {show_fen(balance)}"
                f" CNY, lies below its minimum, so its codes may only close ({int(own.sum()):,});"
                " MoveMemberMoney pays in"
            )
