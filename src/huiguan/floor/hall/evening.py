"""What two persons decided about an evening: instructions kept for it, and its correction.

The operator's door takes them one by one and says at once what cannot be followed. They lie in the
hall's folder, ``instructions/yyyymmdd-close.json`` and ``-opening.json``, as files that ``day
close`` and ``day open`` read; what was followed stands in the day's own folder for good.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.days.cleared import is_closed
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import check_instructions, check_instruments
from huiguan.exchange.day.instructions.prices import DecideSettlement, SetListingPrice
from huiguan.exchange.day.instructions.written import read_row, written_row
from huiguan.exchange.evening.day_prices import decided_prices
from huiguan.floor.hall.turn import TurnStep
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result
from huiguan.storage.market.instruction_files import read_instructions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.floor.hall.turn import Turn
    from huiguan.storage.market.day_result import WrittenResult

FOLDER = "instructions"
CORRECTION = "correction"  # the file under which a day is closed once more
TOO_LATE = {
    Stage.CLOSE: (TurnStep.CLOSE,),
    Stage.OPENING: (TurnStep.OPEN,),
}


class Evening:
    """Keeps the instructions of the day a hall stands in, and asks for corrections of its close."""

    def __init__(self, folder: Path, turn: Turn, today: Callable[[], Path]) -> None:
        """Know the hall's folder, where its turn stands, and the folder of its day."""
        self._folder, self._turn, self._today = folder / FOLDER, turn, today

    def requests(self) -> dict[str, Any]:
        """Return what an operator can ask."""
        return {"instruct": self.instruct, "instructions": self.kept, "correct": self.correct}

    def words(self, root: Path, step: str) -> list[str]:
        """Return the words that give a step of the evening its instructions; none without."""
        path = self._path(root, {"close": Stage.CLOSE, "open": Stage.OPENING}[step].value)
        return ["--instructions", str(path)] if path.exists() else []

    async def kept(self, _: dict[str, Any]) -> dict[str, object]:
        """Tell what is kept for today: rows as files of instructions have them."""
        root = self._today()
        newest = newest_result(root)
        close = newest.instructions if newest else self._rows(root, Stage.CLOSE)
        return {
            "trading_day": int(root.name),
            "version": version_of(newest),
            "close": [written_row(row) for row in close],
            "opening": [written_row(row) for row in self._rows(root, Stage.OPENING)],
        }

    async def instruct(self, given: dict[str, Any]) -> str:
        """Keep an instruction for the evening of a day; the same again changes nothing.

        A second price for the same contract takes the place of the first.
        """
        root, row = self._root_of(given), read_row(given["instruction"], "this")
        await asyncio.to_thread(check_rows, root, [row])
        before = self._rows(root, row.stage)
        if row in before:
            return "it is kept already"
        if row.stage is Stage.CLOSE and is_closed(root):
            raise InputFault(f"day {root.name} is closed; its result can be corrected")
        if self._turn.step in TOO_LATE[row.stage]:
            raise InputFault(f"the hall is at: {self._turn.doing}; wait until that is over")
        rows = with_row(before, row)
        check_instructions(rows)
        self._write(self._path(root, row.stage.value), rows)
        return "it is kept for the evening"

    async def correct(self, given: dict[str, Any]) -> str:
        """Clear a closed day once more, as a new version, before the next one is opened.

        ``why`` and ``by`` name the correction: the same again is done once. With an ``instruction``
        it takes its place among those of the version before; ``without`` takes the price of a
        contract out again.
        """
        root, why, by = self._root_of(given), str(given["why"]), str(given["by"])
        newest = newest_result(root)
        if newest is None:
            raise InputFault(f"day {root.name} is not closed, so there is nothing to correct")
        if newest.correction and (newest.correction.reason, newest.correction.decided_by) == (
            *(why, by),
        ):
            return "it is corrected already"
        rows = list(newest.instructions)
        if without := given.get("without", ""):
            rows = [row for row in rows if price_of(row) != ("DecideSettlement", without)]
        if "instruction" in given:
            rows = with_row(rows, read_row(given["instruction"], "this"))
        await asyncio.to_thread(check_rows, root, rows)
        path = self._path(root, CORRECTION)
        self._write(path, rows)
        return await self._turn.correct(
            root.name, ["--instructions", str(path), "--correct", why, "--by", by]
        )

    def _root_of(self, given: dict[str, Any]) -> Path:
        root, day = self._today(), given["day"]
        if str(day) != root.name:
            raise InputFault(
                f"this is for trading day {day} and the hall stands in {root.name}; give it anew"
            )
        return root

    def _path(self, root: Path, what: str) -> Path:
        return self._folder / f"{root.name}-{what}.json"

    def _rows(self, root: Path, stage: Stage) -> list[AnyInstruction]:
        path = self._path(root, stage.value)
        return read_instructions(path) if path.exists() else []

    def _write(self, path: Path, rows: Sequence[AnyInstruction]) -> None:
        path.parent.mkdir(exist_ok=True)
        text = msgspec.json.format(msgspec.json.encode([written_row(row) for row in rows]))
        write_file(path, [text, b"\n"], Files())


def newest_result(root: Path) -> WrittenResult | None:
    """Return the newest result of a day; None while it is not closed."""
    return read_result(DayFolder(root).result) if is_closed(root) else None


def version_of(newest: WrittenResult | None) -> int:
    """Return the number of a version; 0 of none."""
    if newest is None:
        return 0
    return newest.correction.version if newest.correction else 1


def price_of(row: AnyInstruction) -> tuple[str, str]:
    """Return of which contract an instruction sets a price; nothing for any other."""
    if isinstance(row, (DecideSettlement, SetListingPrice)):
        return type(row).__name__, row.instrument
    return "", ""


def with_row(rows: Sequence[AnyInstruction], row: AnyInstruction) -> list[AnyInstruction]:
    """Return instructions with one more; a price of the same contract makes room for it."""
    kept = [one for one in rows if not any(price_of(row)) or price_of(one) != price_of(row)]
    return [*kept, row]


def check_rows(root: Path, rows: Sequence[AnyInstruction]) -> None:
    """Refuse what the evening of a day cannot follow, as far as its morning tells."""
    image = read_image(DayFolder(root).image)
    check_instructions(rows)
    check_instruments(rows, image.names.instruments)
    decided_prices(image, rows)
