"""Close a day folder: run the day again, clear it, write what came out, in one step.

Everything is worked out before the first byte is written, and takes its place all at once: killed
at any point, the day is open or closed, and closing it again comes to the same bytes. A closed day
stays as it is; a correction is a new version that says why, and keeps the one before.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from huiguan.days.cleared import (
    ClosedDay,
    clear,
    closed_files,
    is_closed,
    quiet,
    run_for_clearing,
)
from huiguan.days.versions import followed_before, given_before, next_root, result_versions
from huiguan.exchange.day.correction import check_references
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import check_instructions, of_stage
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.foundation.faults import InputFault
from huiguan.storage.change import Change, changing, draft, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.market.day_folder import MANIFEST, DayFolder, verify_manifest, write_manifest
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.versions import RESULTS, kept_place
from huiguan.storage.market.written import first_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huiguan.days.cleared import Watch
    from huiguan.exchange.day.correction import Correction, Decision
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.rules.rows import Books
    from huiguan.storage.market.day_result import WrittenResult

RESULT = "result"


def close_folder(
    root: Path | str,
    books: Books,
    instructions: Sequence[AnyInstruction] | None = None,
    report: Callable[[str], None] = quiet,
    watch: Watch | None = None,
    files: Files | None = None,
    decision: Decision | None = None,
) -> ClosedDay:
    """Close the day in ``root``, or by a ``decision`` correct its close under these instructions.

    Result tables, daily files and manifest take their place in one step. Raises ``CheckFault`` when
    anything does not add up, ``InputFault`` for a closed day without a decision; then nothing is
    written. Who closes again what was interrupted and is finished is told so by the same result.
    """
    root, files = Path(root), files or Files()
    orders = of_stage(instructions or (), Stage.CLOSE)
    check_instructions(instructions or ())
    with hold(root, "day close"):
        finished = finish_held_change(root, files)
        versions = result_versions(root)
        if finished and versions and decision is None:
            return _closed_before(root, books, orders, versions[-1])
        if decision is None:
            refuse_closed(root, versions)
        else:
            check_correction(root, versions, instructions)
        check_references(orders, followed_before(root))
        report("the day is run again")
        if (root / MANIFEST).exists():
            verify_manifest(root, but="-" if versions else f"{RESULT}/")
        closed = clear(run_for_clearing(root, watch), books, orders, report)
        correction = None
        if decision is not None:
            before = versions[-1]
            correction = decision.corrects(len(versions), result_digest(before.result))
            refuse_unchanged(root, closed, orders, before)
        report("files")
        write_closed(root, closed, orders, correction, files)
    return closed


def _closed_before(
    root: Path, books: Books, orders: list[AnyInstruction], written: WrittenResult
) -> ClosedDay:
    """Return what an interrupted close, now finished, came to, if it was the same close."""
    settings = written.result.settings
    if (orders, books.digest) != (written.instructions, settings.rulebook_digest):
        refuse_closed(root, [written])
    image = read_image(DayFolder(root).image)
    rules = rules_of_day(books, image.names.instruments, settings.trading_day)
    return ClosedDay(image, written.result, rules)


def refuse_closed(root: Path, versions: Sequence[WrittenResult]) -> None:
    """Refuse to close a day that is closed: its result is what the next morning stands on."""
    if not versions:
        return
    following = next_root(root, versions[-1].result.settings.next_trading_day)
    opened = f", and {following.name} is open" if following.exists() else ""
    raise InputFault(
        f"{root} is closed already{opened}; nothing was changed. A close is never replaced in"
        ' silence: `--correct "WHY"` makes a new version and keeps this one'
    )


def check_correction(
    root: Path, versions: Sequence[WrittenResult], instructions: Sequence[AnyInstruction] | None
) -> None:
    """Refuse a correction of nothing, one that drops decisions by silence, a reference used twice.

    A correction gives every instruction of the corrected close, also those that stay.
    """
    if not versions:
        raise InputFault(f"{root} is not closed, so there is nothing to correct; close it first")
    before = versions[-1]
    if instructions is None and before.instructions:
        names = ", ".join(row.reference for row in before.instructions)
        raise InputFault(
            f"{root} was closed under instructions ({names}); a correction gives all that it is"
            " to be closed under with --instructions FILE, also those that stay ([] for none)"
        )
    following = next_root(root, before.result.settings.next_trading_day)
    check_references(list(instructions or ()), given_before(root, following))


def refuse_unchanged(
    root: Path, closed: ClosedDay, orders: Sequence[AnyInstruction], before: WrittenResult
) -> None:
    """Refuse a correction that would write what stands there."""
    again = closed_files(closed, orders, before.correction)
    if first_difference(DayFolder(root).result, again) is None:
        raise InputFault(f"{root} comes to the same result; there is nothing to correct")


def write_closed(
    root: Path,
    closed: ClosedDay,
    instructions: Sequence[AnyInstruction] = (),
    correction: Correction | None = None,
    files: Files | None = None,
) -> None:
    """Put result, daily files and manifest in their place in one step; the caller holds ``root``.

    With a ``correction`` the version before goes to ``versions/``.
    """
    files = files or Files()
    kept = {}
    if correction:
        kept[RESULT] = f"{kept_place(RESULTS, correction.version - 1)}/{RESULT}"
    elif not is_closed(root) and (root / RESULT).exists():
        shutil.rmtree(root / RESULT)  # a close that an older version of this program left half done
    change = Change([RESULT, MANIFEST], kept)
    with changing(root, change, files):
        for name, parts in closed_files(closed, instructions, correction):
            write_file(draft(root, f"{RESULT}/{name}"), parts, files)
        write_manifest(root, files, change)
