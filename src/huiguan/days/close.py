"""Close a day folder: run the day again, clear it, write what came out.

Everything is worked out before the first byte is written, and written under names that are whole or
absent, the manifest last: killed at any point and run again, the folder comes to the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.days.cleared import ClosedDay, clear, closed_files, quiet, run_for_clearing
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import check_instructions, of_stage
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_folder import MANIFEST, DayFolder, verify_manifest, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.rules.rows import Books

RESULT = "result/"


def close_folder(
    root: Path,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
    report: Callable[[str], None] = quiet,
    watch: Callable[[int], None] | None = None,
    files: Files | None = None,
) -> ClosedDay:
    """Close the day in ``root``: result tables, daily files and manifest are written.

    Raises ``CheckFault`` when anything does not add up; then nothing is written.
    """
    check_instructions(instructions)
    instructions = of_stage(instructions, Stage.CLOSE)
    report("the day is run again")
    if (root / MANIFEST).exists():
        verify_manifest(root, but=RESULT)
    closed = clear(run_for_clearing(root, watch), books, instructions, report)
    report("files")
    write_closed(root, closed, instructions, files)
    return closed


def write_closed(
    root: Path,
    closed: ClosedDay,
    instructions: Sequence[AnyInstruction] = (),
    files: Files | None = None,
) -> None:
    """Write the result and the daily files of a day, then the manifest of the whole folder."""
    files = files or Files()
    for name, parts in closed_files(closed, instructions):
        write_file(DayFolder(root).result / name, parts, files)
    write_manifest(root, files)
