"""A line of a bank statement, however it was written, and what makes it the same line again."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable

AMOUNT = re.compile(r"[+-]?\d{1,14}(\.\d{1,2})?")
DATE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MOST_WORDS, MOST_REFERENCE = 500, 100


class StatementLine(NamedTuple):
    """Money that a bank booked on an account: in (positive) or out, and what it said of it."""

    account: str
    day: int  # yyyymmdd
    amount_fen: int
    words: str  # what payer or payee wrote
    reference: str  # the bank's own, the same whenever it tells of this line; "" where it has none
    returned: str = ""  # why, where the bank says that it sends a payment back


def read_fen(words: str, where: str) -> int:
    """Return an amount of yuan with at most two decimals, in fen."""
    if not AMOUNT.fullmatch(words):
        raise InputFault(f"{where}: {words!r} is no amount of yuan with two decimals, like 1234.56")
    try:
        return int(Decimal(words) * 100)
    except InvalidOperation:
        raise InputFault(f"{where}: {words!r} is no amount of yuan") from None


def read_day(words: str, where: str) -> int:
    """Return a date like 2026-08-21 as yyyymmdd."""
    found = DATE.match(words)
    if not found:
        raise InputFault(f"{where}: {words!r} is no date like 2026-08-21")
    return int("".join(found.groups()))


def tidy(words: str, most: int) -> str:
    """Return words on one line, without what cannot be printed, cut to a length."""
    kept = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(kept.split())[:most]


def keys_of(lines: Iterable[StatementLine]) -> list[str]:
    """Return a key for each line, the same whenever a bank tells of it again.

    With the bank's own reference it is made of that. Without one it is made of all that the line
    says, and of how many lines before it in the file say the same.
    """
    seen: Counter[StatementLine] = Counter()
    keys = []
    for line in lines:
        seen[line] += 1
        told = (line.account, line.reference) if line.reference else (*line[:5], seen[line])
        keys.append(hashlib.sha256(repr(told).encode()).hexdigest())
    return keys
