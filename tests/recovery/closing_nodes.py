"""A node whose children close and open days: ``python -m tests.recovery.closing_nodes DAY``.

It runs the day in DAY (which is over, and stays as it is) so that its children need not compile.
The words of a command: ``close``, ``correct``, ``open`` or ``reopen``, and the folder of the day.
"""

from __future__ import annotations

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
from tests.markets import books
from tests.recovery.nodes import serve

if TYPE_CHECKING:
    from huiguan.storage.files import Files

WHY = Decision("interrupted", "C")
DECIDED = DecideSettlement(
    maker="A", checker="B", reference="2026-17", instrument="cu2610", price=Decimal(106_900)
)
PAID = MoveClientMoney(
    maker="A", checker="B", reference="2026-30", trading_code="000000000002", amount_fen=500
)


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


if __name__ == "__main__":
    clear(run_for_clearing(Path(sys.argv[1])), books())
    serve(lambda words, files: carry_out(words[0], Path(words[1]), files))
