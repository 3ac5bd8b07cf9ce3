"""Money between ledger and a real floor: killed at every point, none is lost, none doubled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from huiguan.foundation.faults import InputFault
from tests.floors import floor_of, make_hall
from tests.office.ledger import sweep
from tests.office.ledger.ledgers import DAY, DEPOSIT, account, meet, pooled_image
from tests.office.ledger.sweep import CLIENTS, Sweep, begin, check_whole, courier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.office.peopled import First, Office


@pytest.fixture
def hall(office: Office) -> Iterator[Path]:
    """Return the folder of a hall whose office's ledger has met its day; no floor runs yet."""
    make_hall(office.folder, pooled_image())
    meet()
    return office.folder


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


@pytest.mark.slow
def test_killed_anywhere_money_crosses_once(hall: Path, first_day: First, torture: bool) -> None:
    """Office or floor dies by -9: the next start ends what was cut; a second finds nothing to do.

    Both databases see every cell in `make torture`, and otherwise some, not the same ones.
    """
    cells = sweep.cells()
    kinds = Counter((one.dies, one.direction) for one in cells)
    # in: 3 steps of a note, 4 of a command, 3 of a settlement; out: a second note and command
    assert kinds == {
        ("office", "in"): 10,
        ("office", "out"): 17,
        ("floor", "in"): 4,
        ("floor", "out"): 8,
    }
    if not torture:
        cells = sweep.some(cells, seed="postgresql" if first_day.server else "sqlite")
    with Sweep(hall) as running:
        for cell in cells:
            running.run(cell)
