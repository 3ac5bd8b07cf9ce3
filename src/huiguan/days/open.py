"""Open the next day: its morning follows from a closed day and approved instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.cleared import read_closed
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import check_for_opening, of_stage
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.evening.forced import forced_closes
from huiguan.exchange.evening.next_day import next_image, reconcile
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_folder import DayFolder, verify_manifest, write_manifest
from huiguan.storage.market.day_image import read_image, write_image
from huiguan.storage.market.opening import OPENING_NAME, Opening, opening_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from huiguan.exchange.clearing.liquidation import ForceClose
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.rules.rows import Books


class OpenedDay(NamedTuple):
    """The next day's folder, its image, and what is closed by force in its first session."""

    root: Path
    image: DayImage
    forced: list[ForceClose]


def next_root(root: Path, next_day: int) -> Path:
    """Return the folder of the next trading day beside ``root``, named as ``root`` is."""
    text = f"{next_day:08d}"
    dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return root.resolve().parent / (dashed if "-" in root.resolve().name else text)


def open_next(
    root: Path,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
    into: Path | None = None,
    files: Files | None = None,
) -> OpenedDay:
    """Make the folder of the next trading day from a closed one and approved instructions.

    What is written is read back and reconciled; a difference is a CheckFault.
    """
    image, result, given = read_closed(root)
    check_for_opening(instructions, given)
    verify_manifest(root)
    orders = [*given, *of_stage(instructions, Stage.OPENING)]
    tomorrow = next_image(image, result, books, orders)
    target = into or next_root(root, result.settings.next_trading_day)
    if DayFolder(target).journal.exists():
        raise InputFault(f"{target} has a journal already; its day has begun and stays as it is")
    files = files or Files()
    write_image(DayFolder(target).image, tomorrow, files)
    forced = forced_closes(image, result, tomorrow)
    opening = Opening(source=result_digest(result).hex(), instructions=orders, forced_closes=forced)
    write_file(target / OPENING_NAME, [opening_bytes(opening)], files)
    write_manifest(target, files)
    differences = reconcile(image, result, books, orders, read_image(DayFolder(target).image))
    if differences:
        raise CheckFault(f"{target} does not follow from {root}: {differences[0]}")
    return OpenedDay(target, tomorrow, forced)
