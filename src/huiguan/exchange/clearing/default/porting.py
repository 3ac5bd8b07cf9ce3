"""Porting: solvent clients go to another member, each with all its positions and all its money."""

from collections.abc import Sequence

from huiguan.exchange.clearing.default.estate import Account, Receiver
from huiguan.foundation.cited import rule
from huiguan.foundation.readers.names import one_spelling
from huiguan.foundation.readers.signatures import checked

CLIENT_DIGITS = 8  # of a trading code, the same at every member


@rule("a client is ported whose equity covers its margin", "assumed")
@checked
def may_be_ported(account: Account) -> bool:
    """Return whether an account is a client's and has at least the margin of what it holds.

    Equity 300, margin 300: yes. Equity 299: no, nobody takes over a call.
    """
    return not account.house and account.equity_fen >= account.margin_fen


@rule("porting: clients by trading code, each to the first member with room for it", "assumed")
@checked
def port_to(accounts: Sequence[Account], receivers: Sequence[Receiver]) -> dict[str, str]:
    """Return who takes over each client that may be ported; one that nobody has room for is not.

    Receivers in their order, each up to its room of margin. Margins 50, 80, 40; A has room for 100,
    B for 90: 50 to A, 80 to B, 40 to A.
    """
    one_spelling([row.member for row in receivers], "member")
    one_spelling([row.code for row in accounts], "trading code")
    room = {row.member: row.room_fen for row in receivers}
    found: dict[str, str] = {}
    for account in sorted(accounts, key=lambda row: row.code):
        if may_be_ported(account):
            margin = account.margin_fen
            taker = next((name for name, fen in room.items() if fen >= margin), None)
            if taker is not None:
                room[taker] -= margin
                found[account.code] = taker
    return found


def code_at(member: str, code: str) -> str:
    """Return the trading code of the same client at another member."""
    return member + code[-CLIENT_DIGITS:]
