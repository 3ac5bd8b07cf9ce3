"""Statements as ISO 20022 writes them: camt.053, any version; what is booked, line by line.

An entry that holds several transactions with amounts of their own is as many lines. Where opening
and closing balance stand in the statement, its lines have to lead from the one to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank.lines import (
    MOST_REFERENCE,
    MOST_WORDS,
    StatementLine,
    read_day,
    read_fen,
    tidy,
)
from huiguan.office.ledger.bank.tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huiguan.office.ledger.bank.tree import Node

CURRENCY = "CNY"
SIGNS = {"CRDT": 1, "DBIT": -1}
RETURNED = "sent back by the bank"


def read_camt(data: bytes) -> list[StatementLine]:
    """Return the booked lines of every statement in a file, in its order."""
    root = read_tree(data)
    statements = list(root.all("BkToCstmrStmt", "Stmt"))
    if root.name != "Document" or not statements:
        raise InputFault("the file holds no statement (camt.053): no BkToCstmrStmt with a Stmt")
    return [line for statement in statements for line in _lines(statement)]


def _lines(statement: Node) -> Iterator[StatementLine]:
    account = statement.words("Acct", "Id", "IBAN") or statement.words("Acct", "Id", "Othr", "Id")
    if not account:
        raise InputFault("a statement names no account (Acct/Id)")
    moved = 0
    for place, entry in enumerate(statement.all("Ntry"), 1):
        where = f"statement of {account}, entry {place}"
        if (entry.words("Sts", "Cd") or entry.words("Sts")) != "BOOK":
            continue  # announced, not booked
        for line in _of_entry(entry, account, where):
            moved += line.amount_fen
            yield line
    _check_balances(statement, account, moved)


def _of_entry(entry: Node, account: str, where: str) -> Iterator[StatementLine]:
    amount = _amount(entry, where)
    day = read_day(entry.words("BookgDt", "Dt") or entry.words("BookgDt", "DtTm"), where)
    own = entry.words("AcctSvcrRef") or entry.words("NtryRef")
    parts = list(entry.all("NtryDtls", "TxDtls"))
    amounts = [_part_of(part, amount, where) for part in parts]
    if len(parts) > 1 and all(amounts):
        if sum(amounts) != amount:
            raise InputFault(f"{where}: its transactions do not add up to {show_fen(amount)}")
    else:
        parts, amounts = parts[:1] or [entry], [amount]
    for place, (part, fen) in enumerate(zip(parts, amounts, strict=True), 1):
        said = [
            part.words("Refs", "EndToEndId"),
            *(one.text for one in part.all("RmtInf", "Ustrd")),
            entry.words("AddtlNtryInf"),
        ]
        reference = part.words("Refs", "AcctSvcrRef") or (own and f"{own}/{place}")
        yield StatementLine(
            account,
            day,
            fen,
            tidy(" ".join(one for one in said if one and one != "NOTPROVIDED"), MOST_WORDS),
            tidy(reference, MOST_REFERENCE),
            _returned(entry, part),
        )


def _returned(entry: Node, part: Node) -> str:
    """Return why a payment comes back (``RtrInf``, or a reversal); nothing for any other line."""
    said = [
        part.words("RtrInf", "Rsn", "Cd") or part.words("RtrInf", "Rsn", "Prtry"),
        *(one.text for one in part.all("RtrInf", "AddtlInf")),
    ]
    why = tidy(" ".join(one for one in said if one), MOST_REFERENCE)
    if why or part.first("RtrInf") or entry.words("RvslInd") in ("true", "1"):
        return why or RETURNED
    return ""


def _amount(node: Node, where: str) -> int:
    found, sign = node.first("Amt"), SIGNS.get(node.words("CdtDbtInd"))
    if found is None or sign is None:
        raise InputFault(f"{where}: no amount, or not whether it is in or out (CdtDbtInd)")
    if found.attributes.get("Ccy", CURRENCY) != CURRENCY:
        raise InputFault(f"{where}: the amount is not in {CURRENCY}")
    return sign * read_fen(found.text.strip(), where)


def _part_of(part: Node, amount: int, where: str) -> int:
    """Return the amount of a transaction within an entry, with its sign; 0 where it has none."""
    words = part.words("Amt") or part.words("AmtDtls", "TxAmt", "Amt")
    if not words:
        return 0
    sign = SIGNS.get(part.words("CdtDbtInd"), 1 if amount > 0 else -1)
    return sign * read_fen(words, where)


def _check_balances(statement: Node, account: str, moved: int) -> None:
    where = f"statement of {account}"
    stands = {
        balance.words("Tp", "CdOrPrtry", "Cd"): _amount(balance, where)
        for balance in statement.all("Bal")
    }
    if "OPBD" in stands and "CLBD" in stands and stands["OPBD"] + moved != stands["CLBD"]:
        raise InputFault(
            f"{where}: from {show_fen(stands['OPBD'])} its lines lead to "
            f"{show_fen(stands['OPBD'] + moved)}, not to {show_fen(stands['CLBD'])}; a line is "
            "missing or too many"
        )
