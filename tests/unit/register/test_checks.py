"""What may stand in the register: each fault by its column, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from huiguan.exchange.register.checks import Known, faults
from huiguan.exchange.register.lists import TABLES, Listed, Register, key_of
from huiguan.exchange.register.programmes import HIGH_FREQUENCY, is_high_frequency
from huiguan.exchange.register.quotas import Month, can_apply, lots_of, stage_of
from huiguan.foundation.cited import citation_fault
from tests.markets import books

DAY = 20260821
CU, FU = Month("cu", 202610), Month("fu", 202610)
KNOWN = Known(
    DAY,
    frozenset({"cu", "fu"}),
    {"cu2610": CU, "cu2611": Month("cu", 202611), "cu2612": Month("cu", 202612), "fu2610": FU},
    {"000110000001": ["a position in cu2610"]},
)


def row(listed: Listed, **cells: str) -> dict[str, str]:
    """Return a row of which only some cells are not as in the examples of the table."""
    return {column.name: column.example for column in TABLES[listed].columns} | cells


def of(listed: Listed, *rows: dict[str, str]) -> dict[str, dict[str, str]]:
    return {key_of(listed, one): one for one in rows}


def member(number: str, kind: str, through: str = "", state: str = "active") -> dict[str, str]:
    cells = {"member": number, "kind": kind, "clears_through": through, "state": state}
    return row(Listed.MEMBERS, **cells)


def code(name: str, state: str = "open", own: str = "no", behalf: str = "") -> dict[str, str]:
    cells = {"trading_code": name, "state": state, "own_account": own, "behalf": behalf}
    return row(Listed.CODES, **cells)


REGISTER: Register = {
    Listed.MEMBERS: of(
        Listed.MEMBERS,
        member("0001", "futures firm"),
        member("0002", "trading"),
        member("0003", "clearing"),
        member("0004", "overseas intermediary", "0001"),
        member("0005", "futures firm", state="ended"),
    ),
    Listed.SEATS: of(Listed.SEATS, row(Listed.SEATS, member="0002", seat="1")),
    Listed.CODES: of(
        Listed.CODES,
        code("000110000001"),
        code("000110000002", "frozen"),
        code("000110000003", "closed"),
    ),
    Listed.GROUPS: of(Listed.GROUPS, row(Listed.GROUPS, client="10000002", member="0003")),
    Listed.PROGRAMMES: {},
    Listed.QUOTAS: {},
}
QUOTA = {"client": "10000001", "member": "0001"}
NEAR = {**QUOTA, "stage": "near", "of": "cu2611"}
AT_0001 = {"client": "10000001", "member": "0001"}
PROGRAMME = {"trading_code": "000110000001"}
CASES: list[tuple[Listed, dict[str, str], str]] = [
    (Listed.MEMBERS, member("0006", "futures firm"), ""),
    (Listed.MEMBERS, member("6", "futures firm"), "member"),
    (Listed.MEMBERS, member("0006", "bank"), "kind"),
    (Listed.MEMBERS, member("0006", "overseas participant", "0003"), ""),
    (Listed.MEMBERS, member("0006", "overseas participant"), "clears_through"),
    (Listed.MEMBERS, member("0006", "overseas participant", "0002"), "clears_through"),
    (Listed.MEMBERS, member("0006", "overseas participant", "0005"), "clears_through"),
    (Listed.MEMBERS, member("0006", "trading", "0001"), "clears_through"),
    (Listed.MEMBERS, member("0001", "futures firm", state="ended"), "state"),  # has codes
    (Listed.MEMBERS, member("0001", "trading"), "kind"),
    (Listed.MEMBERS, member("0002", "trading", state="ended"), "state"),  # has a seat
    (Listed.MEMBERS, member("0003", "clearing", state="ended"), ""),
    (Listed.SEATS, row(Listed.SEATS, member="0001"), ""),
    (Listed.SEATS, row(Listed.SEATS, member="0004"), "member"),
    (Listed.SEATS, row(Listed.SEATS, member="0005"), "member"),
    (Listed.SEATS, row(Listed.SEATS, member="0005", state="closed"), ""),
    (Listed.SEATS, row(Listed.SEATS, member="0001", seat="A"), "seat"),
    (Listed.SEATS, row(Listed.SEATS, member="0001", place="roof"), "place"),
    (Listed.CODES, code("000110000009"), ""),
    (Listed.CODES, code("00011000000"), "trading_code"),  # 11 digits
    (Listed.CODES, code("000100000000"), "trading_code"),  # nobody is client 0
    (Listed.CODES, code("000900000001"), "trading_code"),  # no such member
    (Listed.CODES, code("000500000001"), "trading_code"),  # which ended
    (Listed.CODES, code("000400000001"), "trading_code"),  # clears through another
    (Listed.CODES, code("000200000001"), "own_account"),  # no futures firm
    (Listed.CODES, code("000200000001", own="yes"), ""),
    (Listed.CODES, code("000110000009", behalf="0004"), ""),
    (Listed.CODES, code("000310000009", behalf="0004"), "behalf"),
    (Listed.CODES, code("000110000009", own="yes", behalf="0004"), "behalf"),
    (Listed.CODES, code("000110000009", "frozen"), "state"),  # it begins open
    (Listed.CODES, code("000110000001", "frozen"), ""),
    (Listed.CODES, code("000110000001", "closed"), "state"),  # a position
    (Listed.CODES, code("000110000002", "open"), ""),
    (Listed.CODES, code("000110000002", "closed"), ""),
    (Listed.CODES, code("000110000003", "frozen"), "state"),
    (Listed.CODES, code("000110000003", "open"), ""),
    (Listed.CODES, code("000110000001", own="yes"), "own_account"),
    (Listed.GROUPS, row(Listed.GROUPS, client="10000001", member="0001"), ""),
    (Listed.GROUPS, row(Listed.GROUPS, client="10000001", member="0001", group=""), ""),
    (Listed.GROUPS, row(Listed.GROUPS, client="10000003", member="0001"), "client"),  # closed
    (Listed.GROUPS, row(Listed.GROUPS, client="10000002", member="0001"), "member"),
    (Listed.GROUPS, row(Listed.GROUPS, **AT_0001, group="10000009"), "group"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME), ""),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, trading_code="000110000003"), "trading_code"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, strategy=""), "strategy"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, strategy="a" * 65), "strategy"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, orders_a_day="many"), "orders_a_day"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, orders_a_second="300"), "controls"),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, orders_a_second="299"), ""),
    (Listed.PROGRAMMES, row(Listed.PROGRAMMES, **PROGRAMME, orders_a_day="20000"), "controls"),
    (
        Listed.PROGRAMMES,
        row(Listed.PROGRAMMES, **PROGRAMME, orders_a_day="20000", controls="a stop"),
        "",
    ),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA), ""),
    (Listed.QUOTAS, row(Listed.QUOTAS, client="10000003", member="0001"), "client"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, of="cu2610"), "of"),  # regular: by product
    (Listed.QUOTAS, row(Listed.QUOTAS, **NEAR), ""),
    (Listed.QUOTAS, row(Listed.QUOTAS, **NEAR | {"of": "cu"}), "of"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **NEAR | {"of": "cu2612"}), "of"),  # four months before
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, long_lots="0", short_lots="0"), "long_lots"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, long_lots="-1"), "long_lots"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, papers="licence; plan"), "papers"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, papers="licence; plan; hedging plan"), ""),
    (Listed.QUOTAS, row(Listed.QUOTAS, **NEAR, papers="licence; plan; hedging plan"), "papers"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, papers="a song"), "papers"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, until="2026-08-20"), "until"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, until="20261231"), "until"),
    (Listed.QUOTAS, row(Listed.QUOTAS, **QUOTA, until="2026-08-20", state="ended"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "wanted", "column"), CASES)
def test_a_fault_names_its_column(listed: Listed, wanted: dict[str, str], column: str) -> None:
    key = key_of(listed, wanted)
    after: Any = {**REGISTER, listed: {**REGISTER[listed], key: wanted}}
    found = faults(listed, wanted, REGISTER[listed].get(key), after, KNOWN)
    assert [name for name, _ in found] == ([column] if column else []), found


@pytest.mark.parametrize(
    ("contract", "day", "stage", "may_apply"),
    [
        (CU, 20260731, "general", True),  # three months before: July, August and September
        (CU, 20260630, "general", False),
        (CU, 20260831, "general", True),
        (CU, 20260901, "near", True),
        (CU, 20261001, "near", False),  # the month before delivery is over
        (FU, 20260731, "general", True),
        (FU, 20260803, "near", True),
        (FU, 20260901, "near", False),
    ],
)
def test_stages_of_a_quota(contract: Month, day: int, stage: str, may_apply: bool) -> None:
    """Regular to the end of the second month before delivery, fu one month earlier (3.3)."""
    assert stage_of(contract, day) == stage
    assert can_apply(contract, day) == may_apply


def test_lots_are_those_of_the_stage_until_the_last_day() -> None:
    general = row(Listed.QUOTAS, **QUOTA, long_lots="100", until="2026-12-31")
    near = row(Listed.QUOTAS, **QUOTA, stage="near", of="cu2610", long_lots="7", until="2026-09-30")
    both = (general, near)
    assert lots_of(both, "cu2610", CU, 20260831) == (100, 0)
    assert lots_of(both, "cu2610", CU, 20260901) == (7, 0)
    assert lots_of(both, "cu2610", CU, 20261008) == (0, 0)
    assert lots_of([general | {"state": "ended"}], "cu2610", CU, 20260831) == (0, 0)


def test_high_frequency_is_dated_and_cited() -> None:
    """300 messages a second or 20,000 a day, from 2025-10-09 on (2.9)."""
    assert not is_high_frequency(300, 20_000, 20251008)
    assert is_high_frequency(300, 0, 20251009)
    assert is_high_frequency(0, 20_000, 20251009)
    assert not is_high_frequency(299, 19_999, 20251009)
    assert not [fault for one in HIGH_FREQUENCY if (fault := citation_fault(one, books().sources))]
