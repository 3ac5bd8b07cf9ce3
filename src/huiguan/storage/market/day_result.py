"""The result of a day in its folder: settings as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.exchange.day.correction import Correction
from huiguan.exchange.day.instructions.written import written_row
from huiguan.exchange.day.result import RESULT_FORMAT, DayResult, ResultSettings
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.instruction_files import kept_instructions
from huiguan.storage.table_folder import folder_files, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.storage.files import Bytes


class WrittenResult(NamedTuple):
    """One version of a result: what came out, under which instructions, what it corrects."""

    result: DayResult
    instructions: list[AnyInstruction]
    correction: Correction | None = None  # None: the first version
    rows: list[object] | None = None  # the instructions as a file has them; None: not from a file


def result_files(written: WrittenResult) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of ``result/`` and their parts: the tables, then ``result.json``."""
    rows = written.rows
    kept = [written_row(order) for order in written.instructions] if rows is None else rows
    beside: dict[str, object] = {"instructions": kept}
    if written.correction:
        beside["correction"] = written.correction
    return folder_files("result", written.result, **beside)


def read_result(folder: Path) -> WrittenResult:
    """Return one version of a day's result from its folder ``result``."""
    result, beside = read_folder(folder, DayResult)
    try:
        rows = beside["instructions"]
        instructions = kept_instructions(rows)
        correction = msgspec.convert(beside.get("correction"), Correction | None)
    except (KeyError, InputFault, msgspec.ValidationError) as fault:
        raise CheckFault(f"the result in {folder} is damaged ({fault}); restore it") from fault
    written = result.settings.result_format
    if written != RESULT_FORMAT:
        raise CheckFault(
            f"the result in {folder} is of format {written}, this code of {RESULT_FORMAT}; close"
            " the day again with this code"
        )
    assert isinstance(rows, list)
    return WrittenResult(result, instructions, correction, rows)


def read_result_settings(folder: Path) -> ResultSettings:
    """Return the settings of a result without its tables, of which it proves nothing."""
    path = folder / "result.json"
    try:
        content = msgspec.json.decode(path.read_bytes())
        return msgspec.convert(content["settings"]["settings"], ResultSettings)
    except (OSError, KeyError, TypeError, msgspec.MsgspecError) as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore it") from fault
