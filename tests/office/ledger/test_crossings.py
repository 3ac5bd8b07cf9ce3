"""Money between ledger and a real floor: killed at every point, none is lost, none doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.foundation.faults import InputFault
from tests.floors import Floor, floor_of, make_hall
from tests.office.ledger.killing import POINTS
from tests.office.ledger.ledgers import DAY, DEPOSIT, FIRST, account, meet, paid_in, pooled_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.office.peopled import Office

CLIENTS = "0000/clients"
KILLING = Path(__file__).with_name("killing.py")
AMOUNT = 12_345


@pytest.fixture
def hall(office: Office) -> Iterator[Path]:
    """Return the folder of a hall whose office's ledger has met its day; no floor runs yet."""
    make_hall(office.folder, pooled_image())
    meet()
    return office.folder


def courier(hall: Path) -> Any:
    """Return a courier of this process."""
    from huiguan.office.ledger.crossing.courier import Courier
    from huiguan.office.ledger.crossing.floor_line import FloorLine

    return Courier(hall / "days", FloorLine(hall / "operator.sock"))


def begin(direction: str, amount: int, reference: str) -> Any:
    """Reserve money that is to cross; one that goes in has arrived at the bank before."""
    from huiguan.office.ledger.crossing import crossings
    from huiguan.office.ledger.models import Direction

    if direction == "in":
        paid_in(CLIENTS, amount, f"line of {reference}")
    return crossings.begin(
        actor=None, code=account(FIRST), direction=Direction(direction), amount_fen=amount,
        reference=reference,
    )  # fmt: skip


def check_whole(hall: Path, moved_fen: int) -> None:
    """Hold ledger and floor against each other and against what crossed, by hand."""
    from huiguan.office.ledger import proof

    sheet = proof.sheet(hall / "days", DAY)
    assert sheet.wrong == 0, sheet
    line = {one.name: one for one in sheet.lines}.get(FIRST)
    assert (line.moved_fen, line.way_fen) == (moved_fen, 0) if line else moved_fen == 0
    assert account(FIRST).balance_fen == DEPOSIT + moved_fen
    assert account("on the way in", CLIENTS).balance_fen == 0
    assert account("on the way out", CLIENTS).balance_fen == 0
    proof.check()


@pytest.mark.slow
def test_money_in_and_out(hall: Path) -> None:
    """3,000.00 in; 500.00 out; more than there is; more than the floor has free."""
    from huiguan.office.ledger.models import Crossing

    with floor_of(hall, opened=False) as floor:
        begin("in", 300_000, "a")
        begin("out", 50_000, "b")
        with pytest.raises(InputFault, match=r"holds 999,500\.00 yuan"):
            begin("out", DEPOSIT, "c")
        assert courier(hall).go() > 0
        check_whole(hall, 250_000)
        assert account("payments due", CLIENTS).balance_fen == 50_000
        # an operator reserves most of the money on the floor: what is free there decides
        given = {"transfer_id": 7, "amount_fen": DEPOSIT, "target": 0, "scope": 0}
        floor.ask("command", kind="reserve_withdrawal", **given)
        begin("out", 250_001, "d")
        courier(hall).go()
        refused = Crossing.objects.get(reference="d")
        assert (refused.stage, refused.said) == (
            *("released", "available funds are too small: 2,500.00 yuan can be taken out"),
        )
        floor.ask("command", kind="end_withdrawal", transfer_id=7, stage=4)
        check_whole(hall, 250_000)
        rows = {row.reference: row for row in Crossing.objects.all()}
        assert rows["a"].sequence < rows["b"].sequence


@pytest.mark.slow
def test_the_proof_holds_at_every_sequence(hall: Path) -> None:
    """The ledger's own sequences against the journal run again, at each command of the day."""
    from huiguan.office.ledger import proof

    with floor_of(hall, opened=False) as floor:
        for turn in range(6):
            begin("in" if turn % 2 == 0 else "out", 1_000 + turn, str(turn))
            courier(hall).go()
        newest = floor.ask("status")["sequence"]
        # three in (1,000 1,002 1,004) and three out (1,001 1,003 1,005), each two commands
        assert newest == 3 + 3 * 2
        moved = []
        for sequence in range(newest + 1):
            sheet = proof.sheet(hall / "days", DAY, sequence)
            assert (sheet.sequence, sheet.wrong) == (sequence, 0)
            moved.append(sheet.total.moved_fen)
        assert moved == [0, 1000, -1, -1, 1001, -2, -2, 1002, -3, -3]
        # an operator credits money that the ledger knows nothing of
        given = {"transfer_id": 9, "amount_fen": 77, "target": 1, "scope": 0}
        floor.ask("command", kind="credit_deposit", **given)
        sheet = proof.sheet(hall / "days", DAY)
        assert sheet.wrong == 1
        assert [one.differs_fen for one in sheet.lines if one.differs_fen] == [77]


def run_to(hall: Path, point: str, time: int = 1, floor: int = 0, only: int = 0) -> int:
    """Run an office until a point; return how it ended."""
    call = [sys.executable, str(KILLING), str(hall), point, *map(str, (time, floor, only))]
    return subprocess.run(call, check=False).returncode


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["in", "out"])
def test_an_office_killed_at_every_point(hall: Path, direction: str) -> None:
    """The next start ends what was cut, once; a second start finds nothing to do."""
    sign, crossed, killed = 1 if direction == "in" else -1, 0, 0
    with floor_of(hall, opened=False):
        for point in POINTS:
            for time in (1, 2):  # of a withdrawal there are two commands
                begin(direction, AMOUNT, f"{point} {time}")
                crossed += 1
                killed += run_to(hall, point, time) == -9
                courier(hall).go()
                assert courier(hall).go() == 0
                check_whole(hall, sign * AMOUNT * crossed)
    assert killed == (10 if direction == "in" else 17)


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_floor_killed_at_every_point(hall: Path, direction: str) -> None:
    sign, crossed, killed = 1 if direction == "in" else -1, 0, 0
    floor = Floor(hall)
    try:
        for point in ("before send", "after send", "long after send", "after answer"):
            for time in (1, 2):
                begin(direction, AMOUNT, f"{point} {time}")
                crossed += 1
                run_to(hall, point, time, floor.process.pid)
                killed += floor.stop() == -9
                floor = Floor(hall)
                courier(hall).go()
                check_whole(hall, sign * AMOUNT * crossed)
    finally:
        floor.stop()
    assert killed == (4 if direction == "in" else 8)
