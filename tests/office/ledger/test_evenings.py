"""A day turns between two steps: what was booked on it is settled, the rest is asked for anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.cli.hall.up import new_hall
from huiguan.days.cleared import is_closed, read_closed
from huiguan.floor.hall.settings import HallSettings
from tests.floors import SECONDS, Floor
from tests.office.ledger.ledgers import account, paid_in
from tests.office.ledger.sweep import Cell, courier, run_to

if TYPE_CHECKING:
    from pathlib import Path

    from tests.office.peopled import Office

FIRST_DAY, SECOND_DAY = 20260821, 20260824  # a Friday, and the Monday after it
CUT = {  # an office that is killed here, and on which day the money has crossed in the end
    ("in", "after note_asked"): SECOND_DAY,
    ("in", "long after send"): FIRST_DAY,
    ("out", "after note_asked"): SECOND_DAY,
    ("out", "before note_held"): SECOND_DAY,  # reserved on the floor, which gave it back
    ("out", "after note_held"): SECOND_DAY,
    ("out", "before settle"): FIRST_DAY,  # confirmed on the floor
}


@pytest.fixture
def hall(office: Office) -> Path:
    """Return a hall of copper without a crowd, on the evening before its first day."""
    wanted = HallSettings(days="auto", crowd=0, binary_port=0, http_port=0, seed=7)
    new_hall(office.folder, "2026-08-20T20:50", "1", "none", "cu", wanted)
    return office.folder


def until_open(floor: Floor, day: int) -> None:
    """Wait until the floor stands in a day."""
    end = time.monotonic() + SECONDS
    while floor.ask("status")["trading_day"] != day:
        assert floor.process.poll() is None, floor.words()
        assert time.monotonic() < end, "the day did not turn"
        time.sleep(0.1)


def code_of(pool: str) -> Any:
    """Return an account of a trading code with money."""
    from huiguan.office.ledger.models import LedgerAccount

    rows = LedgerAccount.objects.filter(book__name=pool, kind="trading code")
    return rows.filter(balance_fen__gt=10_000).first()


def begin(number: int, code: Any, direction: str, pool: str) -> int:
    """Reserve 10.00 yuan that are to cross, and a fen more each time."""
    from huiguan.office.ledger.crossing import crossings
    from huiguan.office.ledger.models import Direction

    amount = 1_000 + number
    if direction == "in":
        paid_in(pool, amount, f"line {number}")
    made = crossings.begin(
        actor=None, code=code, direction=Direction(direction), amount_fen=amount,
        reference=str(number),
    )  # fmt: skip
    return int(made.pk)


@pytest.mark.slow
def test_a_day_turns_between_two_steps(hall: Path) -> None:
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.booking.evenings import keep_up
    from huiguan.office.ledger.models import Crossing, LedgerBook

    floor = Floor(hall)
    try:
        assert keep_up(hall / "days") == 1
        assert keep_up(hall / "days") == 0
        pool = LedgerBook.objects.filter(name__endswith="/clients").order_by("name")[0].name
        code = code_of(pool)
        held = code.balance_fen
        ends = {}
        for number, ((direction, point), day) in enumerate(CUT.items()):
            made = begin(number, code, direction, pool)
            ends[made] = day
            assert run_to(hall, Cell("office", direction, point, 1), only=made) == -9
        floor.ask("clock", to="2026-08-21T15:20")
        until_open(floor, SECOND_DAY)
        assert is_closed(hall / "days" / str(FIRST_DAY))
        courier(hall).go()
        found = {row.pk: (row.stage, row.trading_day) for row in Crossing.objects.all()}
        assert found == {number: ("settled", day) for number, day in ends.items()}
        # in: 1000 1001; out: 1002 1003 1004 1005
        assert account(code.name).balance_fen == held + 2_001 - 4_014
        assert keep_up(hall / "days") == 2  # an evening and a morning
        assert keep_up(hall / "days") == 0
        for day in (FIRST_DAY, SECOND_DAY):
            sheet = proof.sheet(hall / "days", day)
            assert sheet.wrong == 0, [one for one in sheet.lines if one.differs_fen]
        proof.check()
        _, result, _ = read_closed(hall / "days" / str(FIRST_DAY))
        # of the first day: in 1001, out 1005
        assert (
            result.accounts["deposits_fen"].sum(),
            result.accounts["withdrawals_fen"].sum(),
        ) == (*(1_001, 1_005),)
    finally:
        floor.stop()
