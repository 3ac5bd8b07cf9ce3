"""Verify a day: everything that lies in its folder is worked out again and compared.

Files against the manifest, events and states of the journal against the hashes they left, the
morning against the day it follows from, and every version of the result (tables, instructions,
daily files) against what clearing the day again under the same instructions gives. Statements are
made of these when they are asked for. What the given books cannot prove is named, never passed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.cleared import clear, closed_files, is_closed, quiet, run_for_clearing
from huiguan.days.run_again import run_day_again
from huiguan.days.versions import beside, day_before, result_versions, standing, version_of
from huiguan.exchange.day.image import image_digest
from huiguan.exchange.evening.forced import forced_closes
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.reports.differences import reconcile
from huiguan.foundation.faults import CheckFault
from huiguan.storage.change import finish_change
from huiguan.storage.journal.recovery import first_header
from huiguan.storage.market.day_folder import DayFolder, verify_manifest
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.opening import OPENING_NAME, read_opening
from huiguan.storage.market.versions import RESULTS, kept_versions
from huiguan.storage.market.written import first_difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.days.cleared import RunDay, Watch
    from huiguan.days.hashes import DayHashes
    from huiguan.days.versions import StandsOn
    from huiguan.exchange.day.correction import Correction
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.rows import Books


class ProvedVersion(NamedTuple):
    """A version of the result that was cleared again, or why it could not be."""

    number: int
    correction: Correction | None
    unproved: str = ""


class Origin(NamedTuple):
    """Where a morning comes from: the day and the version it follows from, or why not proved."""

    day: Path | None
    version: int = 0
    unproved: str = ""


class VerifiedDay(NamedTuple):
    """What was proved of a day; every ``unproved`` is something that was not."""

    hashes: DayHashes | None  # None: its trading has not begun
    origin: Origin | None  # None: a first day, which follows from none
    versions: list[ProvedVersion]  # the newest last; none: the day is not closed
    standing: StandsOn | None


def verify_folder(
    root: Path | str,
    books: Books,
    watch: Watch | None = None,
    report: Callable[[str], None] = quiet,
) -> VerifiedDay:
    """Prove a day folder; a difference is a ``CheckFault`` that names the first.

    ``books`` are those the day was opened and closed with; under others, morning and result stay
    unproved.
    """
    root = Path(root)
    finish_change(root)
    report("files")
    verify_manifest(root)
    image, hashes = read_image(DayFolder(root).image), None
    versions: list[ProvedVersion] = []
    report("the day is run again")
    if is_closed(root) or kept_versions(root, RESULTS):
        run = run_for_clearing(root, watch)
        hashes, versions = run.hashes, prove_versions(root, run, books, report)
    else:
        refuse_lost_result(root, image, books)
        if DayFolder(root).journal.exists():
            hashes = run_day_again(root, watch)[1]
    if hashes and first_header(DayFolder(root).journal).image_digest != image_digest(image):
        raise CheckFault(f"the journal of {root} was written on another morning than its image")
    report("the morning")
    origin = prove_origin(root, image, books)
    return VerifiedDay(hashes, origin, versions, standing(root))


def prove_versions(
    root: Path, run: RunDay, books: Books, report: Callable[[str], None]
) -> list[ProvedVersion]:
    """Clear the day again under the instructions of every version, and compare every file."""
    found = []
    versions = result_versions(root)
    folders = [*(path / "result" for path in kept_versions(root, RESULTS)), root / "result"]
    for number, (written, folder) in enumerate(zip(versions, folders, strict=True), start=1):
        digest = written.result.settings.rulebook_digest
        if digest != books.digest:
            unproved = f"it was cleared with books of digest {digest}, given were {books.digest}"
            found.append(ProvedVersion(number, written.correction, unproved))
            continue
        closed = clear(run, books, written.instructions, report)
        files = closed_files(closed, written.instructions, written.correction, written.rows)
        if (name := first_difference(folder, files)) is not None:
            raise CheckFault(
                f"{folder / name} is not what clearing the day gives under its instructions and"
                " these books; the folder was changed, or closed by other code"
            )
        found.append(ProvedVersion(number, written.correction))
    return found


def refuse_lost_result(root: Path, image: DayImage, books: Books) -> None:
    """Refuse a day without a result beside the next one, which was opened from it."""
    named, day = beside(root), image.settings.trading_day
    later = [found for found in named if found > day]
    if named.get(day) != root.resolve() or not later:
        return
    following = named[min(later)]
    if not (following / OPENING_NAME).exists():
        return
    if rules_of_day(books, image.names.instruments, day).next_trading_day == min(later):
        raise CheckFault(
            f"{root} has no result, and {following.name} was opened from one; restore it"
        )


def prove_origin(root: Path, image: DayImage, books: Books) -> Origin | None:
    """Prove that the morning follows from the day before and its instructions, if it lies there."""
    if not (root / OPENING_NAME).exists():
        if image.settings.previous_result:
            raise CheckFault(
                f"{root / OPENING_NAME} is missing: its morning was made from a result"
            )
        return None
    opening = read_opening(root)
    if opening.source != image.settings.previous_result:
        raise CheckFault(f"{root / OPENING_NAME} and the image name different results before")
    before = day_before(root, image.settings.trading_day)
    if before is None:
        return Origin(None, unproved="the day before does not lie closed beside it")
    number, versions = version_of(before, opening.source)
    if image.settings.rulebook_digest != books.digest:
        digest = image.settings.rulebook_digest
        unproved = f"it was made with books of digest {digest}, given were {books.digest}"
        return Origin(before, number, unproved)
    written = versions[number - 1]
    given, earlier = written.instructions, read_image(DayFolder(before).image)
    if opening.instructions[: len(given)] != given:
        raise CheckFault(f"{root / OPENING_NAME} leaves out what was given to the close before")
    differences = reconcile(earlier, written.result, books, opening.instructions, image)
    if differences:
        raise CheckFault(f"{root} does not follow from {before}: {differences[0]}")
    if opening.forced_closes != forced_closes(earlier, written.result, image):
        raise CheckFault(f"{root / OPENING_NAME}: the forced closes are not those of the rule")
    return Origin(before, number)
