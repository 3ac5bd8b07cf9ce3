"""The clearing deposit (settlement reserve): balance, minimum, calls, deadline, withdrawals.

Members' figures come first; the client's funds a broker shows (equity, available, risk degree)
follow at the end. All amounts are fen.
"""

from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import partial
from typing import Annotated

from huiguan.exchange.quotes import Rate, as_decimal, as_rate, whole
from huiguan.exchange.rules.rows import Deposit, book_row
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count, whole_number

COVERED = "80%"  # of the margin, as recalled: in no text that was found, so in no row of the books


@rule("Clearing Rules, balance of the clearing deposit", "secondary")
@checked
def clearing_deposit(
    *,
    previous_balance_fen: int,
    previous_margin_fen: int = 0,
    margin_fen: int = 0,
    collateral_fen: int = 0,
    previous_collateral_fen: int = 0,
    profit_fen: int = 0,
    deposits_fen: int = 0,
    withdrawals_fen: int = 0,
    fees_fen: int = 0,
    other_fen: int = 0,
) -> int:
    """Return the day's clearing deposit in fen.

    previous balance + previous margin - margin + usable collateral - previous usable collateral
    + profit + deposits - withdrawals - fees + other. Balance 1,100,000, margin from 0 to 202,000,
    profit 14,000, deposits 500,000, fees 200 CNY: 1,411,800.00.
    """
    more = (previous_balance_fen, previous_margin_fen, collateral_fen, profit_fen, deposits_fen)
    less = (margin_fen, previous_collateral_fen, withdrawals_fen, fees_fen)
    return sum([*more, other_fen]) - sum(less)


@rule(
    "Clearing Rules: futures firms 2,000,000 (confirmed at INE), others 500,000 CNY", "unconfirmed"
)
@checked
def minimum_deposit(deposit: Annotated[Deposit, book_row], *, futures_firm: bool) -> int:
    """Return the minimum clearing deposit in fen of a futures-firm or another member.

    ``deposit`` is the row of the books. By the one of SHFE a futures firm keeps 2,000,000.00 CNY =
    200,000,000 fen, another member 500,000.00 CNY.
    """
    return deposit.futures_firm_fen if futures_firm else deposit.other_fen


@rule("Clearing Rules: the statement is the call; minimum less balance", "secondary")
@checked
def margin_call(balance_fen: int, minimum_fen: int) -> int:
    """Return the fen to pay in before the next opening; zero when the minimum is kept.

    Balance -300,000, minimum 2,000,000: 2,300,000 CNY.
    """
    return max(0, minimum_fen - balance_fen)


Decimals = Annotated[int, partial(whole_number, least=0, most=9)]


class DeadlineOutcome(IntEnum):
    """What follows when the deadline (before the next opening) passes."""

    NONE = 0
    CLOSE_ONLY = 1  # no new positions
    FORCED_LIQUIDATION = 2


@rule("Risk Management Rules: below the minimum close only, below zero liquidation", "secondary")
@checked
def at_deadline(balance_fen: int, minimum_fen: int) -> DeadlineOutcome:
    """Return what a balance at the deadline leads to.

    Below the minimum but not negative: no new positions. Below zero: forced liquidation. Minimum
    2,000,000: a balance of 2,000,000 gives NONE, 0 gives CLOSE_ONLY, -1 FORCED_LIQUIDATION.
    """
    if balance_fen < 0:
        return DeadlineOutcome.FORCED_LIQUIDATION
    return DeadlineOutcome.CLOSE_ONLY if balance_fen < minimum_fen else DeadlineOutcome.NONE


@rule("Clearing Rules, largest withdrawal, as recalled", "unconfirmed")
@checked
def withdrawable(
    cash_fen: int, margin_fen: Count, collateral_fen: Count, minimum_fen: Count, share: Rate
) -> int:
    """Return the fen a member may withdraw; never negative.

    With usable collateral of at least ``share`` of the margin (``COVERED``: 80 %): cash - 20 % of
    margin - minimum; else cash - (margin - collateral) - minimum. Cash 10, margin 5, collateral
    4.5, minimum 2 million: 10 - 1 - 2 = 7 million CNY.
    """
    covered = margin_fen * as_rate(share, "share")
    if collateral_fen >= covered:
        cash_part = whole(margin_fen - covered, Rounding.UP)
    else:
        cash_part = margin_fen - collateral_fen
    return max(0, cash_fen - cash_part - minimum_fen)


@rule("client statement: equity", "secondary")
@checked
def client_equity(
    *,
    previous_balance_fen: int,
    deposits_fen: int = 0,
    withdrawals_fen: int = 0,
    profit_fen: int = 0,
    fees_fen: int = 0,
) -> int:
    """Return equity in fen: previous balance + deposits - withdrawals + profit - fees.

    10,000,000 + 240 - 1,370 - 11.41 = 9,998,858.59 CNY.
    """
    return previous_balance_fen + deposits_fen + profit_fen - withdrawals_fen - fees_fen


@rule("client statement: available funds = equity - margin", "secondary")
@checked
def available_funds(equity_fen: int, margin_fen: int, frozen_fen: int = 0) -> int:
    """Return available funds in fen; negative means money to be added.

    9,998,858.59 - 172,043.20 = 9,826,815.39 CNY.
    """
    return equity_fen - margin_fen - frozen_fen


@rule("client statement: risk degree = margin used / equity", "secondary")
@checked
def risk_degree(margin_fen: int, equity_fen: int, decimals: Decimals = 2) -> Decimal:
    """Return the risk degree in percent, half up to ``decimals`` places.

    172,043.20 / 9,998,858.59 = 1.72 (percent). Above 100 money must be added.
    """
    if equity_fen <= 0:
        raise InputFault(
            "risk degree needs equity above zero; without it the account is in deficit"
        )
    scale: int = 10**decimals
    percent = whole(Fraction(margin_fen, equity_fen) * 100 * scale, Rounding.HALF_UP)
    return as_decimal(Fraction(percent, scale))


@rule("client statement: margin to be added", "secondary")
@checked
def client_margin_call(equity_fen: int, margin_fen: int) -> int:
    """Return the fen a client must add so that equity covers its margin; zero when it does.

    Equity 400,000, margin 420,000 CNY: 20,000.00.
    """
    return max(0, margin_fen - equity_fen)
