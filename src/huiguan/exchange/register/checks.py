"""What may stand in a row of the register: every fault by its column, before anything changes.

A row is checked against the register as it would be afterwards, and against the day that runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.register.lists import (
    ACTIVE,
    CARRIES,
    CLOSED,
    ENDED,
    FROZEN,
    NEAR,
    NO,
    OPEN,
    OVERSEAS,
    PAPERS,
    TABLES,
    Listed,
    MemberKind,
    Register,
    Row,
    client_of,
    member_of,
)
from huiguan.exchange.register.programmes import is_high_frequency
from huiguan.exchange.register.quotas import Month, can_apply, missing_papers, papers_of
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import day as read_day
from huiguan.foundation.readers.values import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from huiguan.foundation.readers.sheets import Column

Fault = tuple[str, str]  # column, sentence
LONGEST_TEXT = 64
MOST = 1_000_000_000
DIGITS = {
    "four digits": r"[0-9]{4}",
    "eight digits": r"(?!00000000)[0-9]{8}",
    "twelve digits": r"[0-9]{4}(?!00000000)[0-9]{8}",
    "four digits, or empty": r"([0-9]{4})?",
    "one to eight digits": r"[0-9]{1,8}",
}
CLIENT = re.compile(r"(client )?[0-9]{8}")
MOVES = {  # of a trading code: from a state to others; "" is no code yet
    "": (OPEN,),
    OPEN: (FROZEN, CLOSED),
    FROZEN: (OPEN, CLOSED),
    CLOSED: (OPEN,),
}


class Known(NamedTuple):
    """What is known of the day that runs."""

    trading_day: int
    products: frozenset[str]
    contracts: Mapping[str, Month]
    held: Mapping[str, list[str]]  # what a code that is to be closed still has, in words


def form_faults(listed: Listed, row: Row) -> list[Fault]:
    """Return what is wrong with the cells by themselves."""
    return [
        (column.name, said)
        for column in TABLES[listed].columns
        if (said := form_fault(column, row[column.name]))
    ]


def form_fault(column: Column, cell: str) -> str:
    """Return what is wrong with a cell of a column, or nothing."""
    if column.words:
        return "" if cell in column.words else f"give one of: {', '.join(column.words)}"
    if column.form in DIGITS:
        return "" if re.fullmatch(DIGITS[column.form], cell) else f"give {column.form}"
    try:
        if column.form == "a whole number":
            whole_number(cell, column.name, 0, MOST)
        elif column.form == "a date":
            read_day(cell, column.name)
    except InputFault as fault:
        return str(fault)
    if len(cell) > LONGEST_TEXT or not cell.isprintable() or cell != cell.strip():
        return "give a text of at most 64 letters, without blanks at its ends"
    if not cell and column.default is None:
        return "this may not be empty"
    return ""


def faults(
    listed: Listed, row: Row, before: Row | None, register: Register, known: Known
) -> list[Fault]:
    """Return every fault of a row as the register would be with it; ``before``: what it was."""
    wrong = form_faults(listed, row)
    return wrong or list(CHECKS[listed](row, before, register, known))


def member_faults(row: Row, before: Row | None, register: Register, _: Known) -> Iterator[Fault]:
    """Yield what is wrong with a member: who clears for it, and what still hangs on it."""
    kind, through = MemberKind(row["kind"]), row["clears_through"]
    if kind in OVERSEAS:
        carrier = register[Listed.MEMBERS].get(through)
        if carrier is None or carrier["state"] != ACTIVE or carrier["kind"] not in CARRIES:
            yield (
                "clears_through",
                "an overseas one clears through a clearing member or a futures firm",
            )
    elif through:
        yield "clears_through", "only an overseas one clears through another member"
    hanging = hanging_on(row["member"], register)
    if row["state"] == ENDED and hanging:
        yield "state", f"member {row['member']} still has {hanging}; end these first"
    if before is not None and before["kind"] != row["kind"] and hanging:
        yield "kind", f"member {row['member']} still has {hanging}; end these first"


def hanging_on(member: str, register: Register) -> str:
    """Return in words what of the register is still open at a member."""
    codes = sum(
        row["state"] != CLOSED and member in (member_of(row), row["behalf"])
        for row in register[Listed.CODES].values()
    )
    seats = sum(
        row["state"] != CLOSED and row["member"] == member
        for row in register[Listed.SEATS].values()
    )
    carried = sum(
        row["state"] == ACTIVE and row["clears_through"] == member
        for row in register[Listed.MEMBERS].values()
    )
    found = ((codes, "trading codes"), (seats, "seats"), (carried, "overseas members"))
    return ", ".join(f"{count} {what}" for count, what in found if count)


def active(register: Register, member: str) -> Row | None:
    """Return a member that takes part, or None."""
    row = register[Listed.MEMBERS].get(member)
    return row if row is not None and row["state"] == ACTIVE else None


def seat_faults(row: Row, _: Row | None, register: Register, __: Known) -> Iterator[Fault]:
    """Yield what is wrong with a seat: an intermediary enters orders through its member."""
    member = active(register, row["member"])
    if member is None and row["state"] == OPEN:
        yield "member", f"{row['member']} is no active member"
    elif member is not None and member["kind"] == MemberKind.OVERSEAS_INTERMEDIARY:
        yield "member", "an overseas intermediary has no seat; its orders go through its member's"


def code_faults(row: Row, before: Row | None, register: Register, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with a trading code: its member, whose it is, its life."""
    code, was, to = row["trading_code"], before["state"] if before else "", row["state"]
    member = active(register, member_of(row))
    if member is None or member["kind"] in OVERSEAS:
        yield "trading_code", f"{member_of(row)} is no active member that clears with the exchange"
    elif row["behalf"]:
        other = active(register, row["behalf"])
        if other is None or other["clears_through"] != member_of(row) or row["own_account"] != NO:
            yield "behalf", f"{row['behalf']} does not clear through member {member_of(row)}"
    elif row["own_account"] == NO and member["kind"] != MemberKind.FUTURES_FIRM:
        yield "own_account", "only a futures firm acts for clients"
    if to != was and to not in MOVES[was]:
        yield "state", f"a trading code goes from {was or 'nothing'} to {' or '.join(MOVES[was])}"
    if before and any(before[name] != row[name] for name in ("own_account", "behalf")):
        yield "own_account", "whose account a trading code is does not change; open another one"
    if to == CLOSED != was and (left := known.held.get(code)):
        yield "state", f"{code} still has {', '.join(left)}; close and pay that out first"


def has_code(register: Register, client: str, member: str) -> bool:
    """Return whether a client has a trading code at a member that is not closed."""
    row = register[Listed.CODES].get(member + client)
    return row is not None and row["state"] != CLOSED


def group_faults(row: Row, before: Row | None, register: Register, _: Known) -> Iterator[Fault]:
    """Yield what is wrong with a client of a control group (8.3)."""
    if before is not None and before["member"] != row["member"]:
        yield "member", "another declaration about this client stands; the exchange decides on it"
    if not has_code(register, row["client"], row["member"]):
        yield "client", f"client {row['client']} has no trading code at member {row['member']}"
    if CLIENT.fullmatch(row["group"]):
        yield "group", "the name of a group is no number of a client"


def programme_faults(row: Row, _: Row | None, register: Register, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with a report of programme trading (2.9)."""
    code = row["trading_code"]
    if row["state"] != ENDED and not has_code(register, client_of(code), member_of(row)):
        yield "trading_code", f"{code} is no open trading code"
    a_second, a_day = int(row["orders_a_second"]), int(row["orders_a_day"])
    if is_high_frequency(a_second, a_day, known.trading_day) and not row["controls"]:
        yield "controls", "so many messages are of high frequency; say which controls stop it"


def quota_faults(row: Row, _: Row | None, register: Register, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with a hedging quota: whose, in what, how much, on which papers (3.3)."""
    if row["state"] == ENDED:
        return
    if not has_code(register, row["client"], row["member"]):
        yield "client", f"client {row['client']} has no trading code at member {row['member']}"
    contract = known.contracts.get(row["of"])
    if row["stage"] == NEAR and contract is None:
        yield "of", "near delivery a quota is granted for a contract that is listed"
    elif row["stage"] == NEAR and contract and not can_apply(contract, known.trading_day):
        yield "of", "near delivery is applied for from the third month before to the month before"
    elif row["stage"] != NEAR and row["of"] not in known.products:
        yield "of", "in regular months a quota is granted for a product that is traded"
    if int(row["long_lots"]) + int(row["short_lots"]) == 0:
        yield "long_lots", "a quota of no lots is none; end it by its state"
    if strange := [word for word in papers_of(row) if word not in PAPERS]:
        yield "papers", f"{strange[0]!r} is no paper; there are: {', '.join(PAPERS)}"
    elif missing := missing_papers(row):
        yield "papers", f"these papers are missing: {', '.join(missing)}"
    if int(row["until"].replace("-", "")) < known.trading_day:
        yield "until", "this day is over"


CHECKS: dict[Listed, Callable[[Row, Row | None, Register, Known], Iterator[Fault]]] = {
    Listed.MEMBERS: member_faults,
    Listed.SEATS: seat_faults,
    Listed.CODES: code_faults,
    Listed.GROUPS: group_faults,
    Listed.PROGRAMMES: programme_faults,
    Listed.QUOTAS: quota_faults,
}
