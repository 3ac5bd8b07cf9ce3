"""Open the next day: its morning follows from a closed day and approved instructions.

An open day stays as it is. Where another morning would come out (the day before was corrected, the
instructions are others) a decision is asked for, and the morning before is kept. A day whose
trading has begun cannot begin again.
"""

from __future__ import annotations

import shutil
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.days.cleared import read_closed
from huiguan.days.versions import (
    day_before,
    followed_before,
    given_before,
    next_root,
    openings,
    trading_day_of,
)
from huiguan.exchange.day.correction import check_references
from huiguan.exchange.day.image import image_digest
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import check_for_opening, of_stage
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.evening.decided.effects import NotFollowed
from huiguan.exchange.evening.forced import forced_closes
from huiguan.exchange.evening.next_day import next_morning
from huiguan.exchange.reports.differences import differences
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.change import Change, changing, draft, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.market.day_folder import MANIFEST, DayFolder, verify_manifest, write_manifest
from huiguan.storage.market.day_image import image_files, read_image
from huiguan.storage.market.instruction_files import Waiting, read_waiting, take_away
from huiguan.storage.market.opening import (
    OPENING_NAME,
    LeftOut,
    Opening,
    opening_bytes,
    read_opening,
)
from huiguan.storage.market.versions import MORNINGS, kept_place, kept_versions
from huiguan.storage.market.written import first_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huiguan.exchange.clearing.liquidation import ForceClose
    from huiguan.exchange.day.correction import Correction, Decision
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.evening.decided.effects import Effect
    from huiguan.exchange.evening.next_day import NextMorning
    from huiguan.exchange.rules.rows import Books

IMAGE = "image"


class OpenedDay(NamedTuple):
    """The next day's folder, its image, and what is closed by force in its first session.

    ``effects`` are what the instructions of the opening changed.
    """

    root: Path
    image: DayImage
    forced: list[ForceClose]
    effects: list[Effect]
    written: bool = True  # False: it was open already, and the same
    left_out: Sequence[LeftOut] = ()  # of what waited


class OpenedMorning(NamedTuple):
    """What opening a day writes: its image, and what that was made from."""

    image: DayImage
    opening: Opening


def open_next(
    root: Path | str,
    books: Books,
    instructions: Sequence[AnyInstruction] | None = None,
    into: Path | None = None,
    files: Files | None = None,
    decision: Decision | None = None,
    waiting: Path | None = None,
) -> OpenedDay:
    """Make the folder of the next trading day from a closed one and approved instructions.

    What is written is read back and reconciled, then takes its place in one step. Raises
    ``InputFault`` where the day is open with another morning, without a ``decision`` to correct it.
    Of those in the folder ``waiting`` that cannot be followed each is left out with its reason.
    """
    root, files = Path(root), files or Files()
    found = read_waiting(waiting) if waiting else Waiting([], [])
    orders = of_stage(instructions or (), Stage.OPENING)
    with hold(root, "day open"):
        finish_held_change(root, files)
        image, result, given = read_closed(root)
        check_for_opening(instructions or (), given)
        verify_manifest(root)
        target = into or next_root(root, result.settings.next_trading_day)
        check_references(orders, chain(followed_before(root), given_before(root, target)))
        new = not_known(root, of_stage(found.instructions, Stage.OPENING))
        (tomorrow, effects), every, left_out = followed(
            partial(next_morning, image, result, books), [*given, *orders], new
        )
        forced = forced_closes(image, result, tomorrow)
        source = result_digest(result).hex()
        opening = Opening(
            source=source,
            instructions=every,
            forced_closes=forced,
            left_out=left_out or msgspec.UNSET,
        )
        morning = OpenedMorning(tomorrow, opening)
        with hold(target, "day open"):
            finish_held_change(target, files)
            written = not is_open_so(target, morning)
            correction = check_opened(root, target, instructions, decision, same=not written)
            if written:
                prove = partial(differences, tomorrow)
                write_morning(target, morning, correction, prove, files)
            take_away(found)
    return OpenedDay(target, tomorrow, forced, effects, written, left_out)


def not_known(root: Path, rows: list[AnyInstruction]) -> list[AnyInstruction]:
    """Return the instructions that no morning up to that of ``root`` followed or left out."""
    known: set[str] = set()
    day: Path | None = root
    while rows and day is not None and (day / OPENING_NAME).exists():
        for _, opening in openings(day):
            known |= {row.reference for row in (*opening.instructions, *(opening.left_out or ()))}
        day = day_before(day, trading_day_of(day))
    return [row for row in rows if row.reference not in known]


def followed(
    morning: Callable[[Sequence[AnyInstruction]], NextMorning],
    orders: list[AnyInstruction],
    waiting: list[AnyInstruction],
) -> tuple[NextMorning, list[AnyInstruction], list[LeftOut]]:
    """Return a morning under all orders and what waits; what it refuses of that is left out."""
    left: list[LeftOut] = []
    while True:
        every = [*orders, *waiting]
        try:
            return morning(every), every, left
        except NotFollowed as fault:
            kept = [row for row in waiting if row.reference != fault.reference]
            if len(kept) == len(waiting):
                raise
            waiting, left = kept, [*left, LeftOut(reference=fault.reference, why=fault.why)]


def is_opened(target: Path) -> bool:
    """Return whether a folder has a morning."""
    return (DayFolder(target).image / "image.json").exists()


def is_open_so(target: Path, morning: OpenedMorning) -> bool:
    """Return whether a day is open with this very morning; its own correction does not count."""
    if not is_opened(target) or not (target / OPENING_NAME).exists():
        return False
    opening = msgspec.structs.replace(morning.opening, correction=read_opening(target).correction)
    if (target / OPENING_NAME).read_bytes() != opening_bytes(opening):
        return False
    return first_difference(DayFolder(target).image, image_files(morning.image)) is None


def check_opened(
    root: Path,
    target: Path,
    instructions: Sequence[AnyInstruction] | None,
    decision: Decision | None,
    *,
    same: bool,
) -> Correction | None:
    """Return the correction that a new morning is, None for the first one; refuse what must not be.

    ``same``: the morning that stands there is the one that would be written.
    """
    if DayFolder(target).journal.exists():
        raise InputFault(
            f"{target} has a journal already; its day has begun and stays as it is. Bring what"
            " differs by instructions at the next opening, or open the day elsewhere with --out DIR"
        )
    if decision is None:
        if is_opened(target) and not same:
            raise InputFault(
                f"{target} is open already, with another morning; nothing was changed. A morning is"
                ' never replaced in silence: `--correct "WHY"` makes a new one and keeps this one'
            )
        return None
    if same or not is_opened(target):
        what = "comes to the same morning" if same else "is not open"
        raise InputFault(f"{target} {what}; there is nothing to correct")
    if instructions is None and (dropped := _only_at_opening(root, target)):
        raise InputFault(
            f"{target} was opened under instructions ({', '.join(dropped)}); a correction gives all"
            " that are to hold with --instructions FILE, also those that stay ([] for none)"
        )
    digest = image_digest(read_image(DayFolder(target).image))
    return decision.corrects(len(kept_versions(target, MORNINGS)) + 1, digest)


def _only_at_opening(root: Path, target: Path) -> list[str]:
    """Return the references given when ``target`` was opened and not at a close of ``root``."""
    if not (target / OPENING_NAME).exists():
        return []
    closes = {row.reference for _, row, _ in given_before(root, None)}
    given = read_opening(target).instructions
    return [row.reference for row in given if row.reference not in closes]


def write_morning(
    target: Path,
    morning: OpenedMorning,
    correction: Correction | None,
    prove: Callable[[DayImage], list[str]],
    files: Files,
) -> None:
    """Put a morning in its place in one step; the caller holds ``target``.

    ``prove`` is given the image as it reads from the disk and names what does not follow: then
    nothing is changed. With a ``correction`` the morning before goes to ``versions/``.
    """
    names, kept = (IMAGE, OPENING_NAME), {}
    if correction:
        place = kept_place(MORNINGS, correction.version - 1)
        kept = {name: f"{place}/{name}" for name in names if (target / name).exists()}
    elif (target / IMAGE).exists():
        shutil.rmtree(target / IMAGE)  # an image that was never finished
    change = Change([*names, MANIFEST], kept)
    opening = msgspec.structs.replace(morning.opening, correction=correction or msgspec.UNSET)
    with changing(target, change, files):
        for name, parts in image_files(morning.image):
            write_file(draft(target, f"{IMAGE}/{name}"), parts, files)
        write_file(draft(target, OPENING_NAME), [opening_bytes(opening)], files)
        if differences := prove(read_image(draft(target, IMAGE))):
            raise CheckFault(f"{target} does not follow from the day before: {differences[0]}")
        write_manifest(target, files, change)
