"""Kills of office or floor while money crosses: every cell there is, and how one is run.

A cell says who dies, which way the money goes, and at which point, the first or the second time
that it is reached (a withdrawal sends two commands).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from tests.floors import Floor
from tests.office.ledger.killing import STEPS
from tests.office.ledger.ledgers import DAY, DEPOSIT, FIRST, account, paid_in

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = "0000/clients"
KILLING = Path(__file__).with_name("killing.py")
AMOUNT = 12_345
COMMAND = ("before send", "after send", "long after send", "after answer")
OF_A_RUN = {"office": 3, "floor": 1}  # cells of each kind that every run of the tests takes


class Cell(NamedTuple):
    """A place to die."""

    dies: str  # office or floor
    direction: str  # in or out
    point: str
    time: int


def cells() -> list[Cell]:
    """Return every place that is reached."""
    found = []
    for direction in ("in", "out"):
        times = (1, 2) if direction == "out" else (1,)
        steps = [name for name in STEPS if direction == "out" or name != "note_held"]
        commands = [(point, time) for point in COMMAND for time in times]
        noted = [(f"{place} {name}", 1) for name in steps for place in ("before", "in", "after")]
        found += [Cell("office", direction, *one) for one in (*noted, *commands)]
        found += [Cell("floor", direction, *one) for one in commands]
    return found


def some(every: Sequence[Cell], seed: str) -> list[Cell]:
    """Return a few cells of each kind, the same ones for a seed."""

    def chance(cell: Cell) -> bytes:
        return hashlib.sha256(f"{seed} {cell}".encode()).digest()

    found = []
    for dies, count in OF_A_RUN.items():
        for direction in ("in", "out"):
            kind = [one for one in every if (one.dies, one.direction) == (dies, direction)]
            found += sorted(kind, key=chance)[:count]
    return found


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


class Sweep:
    """A hall with its floor, whose office or floor is killed again and again."""

    def __init__(self, hall: Path) -> None:
        """Know the folder of a hall whose ledger has met its day."""
        self.hall, self.moved_fen, self.counted = hall, 0, 0
        self.floor: Floor

    def __enter__(self) -> Self:
        self.floor = Floor(self.hall)
        return self

    def __exit__(self, *_: object) -> None:
        self.floor.stop()

    def run(self, cell: Cell) -> None:
        """Die there, go on, and find the money moved once."""
        self.counted += 1
        begin(cell.direction, AMOUNT, f"{self.counted} {cell}")
        self.moved_fen += AMOUNT if cell.direction == "in" else -AMOUNT
        of_floor = cell.dies == "floor"
        ended = run_to(self.hall, cell, self.floor.process.pid if of_floor else 0)
        if of_floor:
            assert self.floor.stop() == -9, cell
            self.floor = Floor(self.hall)
        else:
            assert ended == -9, cell
        courier(self.hall).go()
        assert courier(self.hall).go() == 0, cell
        check_whole(self.hall, self.moved_fen)


def run_to(hall: Path, cell: Cell, floor: int = 0, only: int = 0) -> int:
    """Run an office until a cell; return how it ended. With a ``floor`` it is that which dies."""
    call = [
        sys.executable,
        str(KILLING),
        str(hall),
        cell.point,
        *map(str, (cell.time, floor, only)),
    ]
    return subprocess.run(call, check=False).returncode
