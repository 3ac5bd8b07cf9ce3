"""A process whose children close and open days, to be killed: ``python -m ...closing_nodes DAY``.

It loads everything once, and runs the day in DAY (which is over, and stays as it is) so that its
children need not compile. Then each line of its input is a JSON list: ``["close", ROOT, AT, TOLD]``
starts a child, which writes how it ended into the file TOLD, and answers with its process number;
``["wait", PID]`` answers with the exit code of one (a signal is negative).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from huiguan.days.cleared import clear, run_for_clearing
from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.exchange.day.correction import Decision
from huiguan.exchange.day.instructions.money import MoveClientMoney
from huiguan.exchange.day.instructions.prices import DecideSettlement
from huiguan.foundation.faults import Fault
from huiguan.storage.files import Bytes, Files
from tests.markets import books

if TYPE_CHECKING:
    from collections.abc import Sequence

WHY = Decision("interrupted", "C")
DECIDED = DecideSettlement(
    maker="A", checker="B", reference="2026-17", instrument="cu2610", price=Decimal(106_900)
)
PAID = MoveClientMoney(
    maker="A", checker="B", reference="2026-30", trading_code="000000000002", amount_fen=500
)
NEVER = 10**9


class DeadlyFiles(Files):
    """Kills its process at the n-th call that changes a file; a write may be half done."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def open(self, path: Path, flags: int) -> int:
        self.step()
        return super().open(path, flags)

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        if self.left == 0:
            super().write(file, [bytes(parts[0])[: len(parts[0]) // 2]], offset)
        self.step()
        return super().write(file, parts, offset)

    def flush_folder(self, folder: Path) -> None:
        self.step()
        super().flush_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self.step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)


def carry_out(command: str, root: Path, files: Files) -> None:
    """Close the day in ``root`` or open the next; or correct the one or the other."""
    match command:
        case "close":
            close_folder(root, books(), files=files)
        case "correct":
            close_folder(root, books(), [DECIDED], files=files, decision=WHY)
        case "open":
            open_next(root, books(), files=files)
        case _:
            assert command == "reopen", command
            open_next(root, books(), [PAID], files=files, decision=WHY)


def run_child(command: str, root: Path, at: int, told: Path) -> int:
    """Start a child that carries out a command, and dies at its ``at``-th call; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    files = DeadlyFiles(at)
    try:
        carry_out(command, root, files)
        told.write_text(f"done in {at - files.left} calls")
    except Fault as fault:
        told.write_text(str(fault))
        os._exit(fault.exit_code)
    except BaseException as bug:  # noqa: BLE001  a child must not go on as its parent
        told.write_text(f"{type(bug).__name__}: {bug}")
        os._exit(70)
    os._exit(0)


def main() -> None:
    """Serve until the input ends."""
    clear(run_for_clearing(Path(sys.argv[1])), books())
    for line in sys.stdin:
        command, *rest = json.loads(line)
        if command == "wait":
            answer = os.waitstatus_to_exitcode(os.waitpid(rest[0], 0)[1])
        else:
            answer = run_child(command, Path(rest[0]), rest[1], Path(rest[2]))
        print(answer, flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
