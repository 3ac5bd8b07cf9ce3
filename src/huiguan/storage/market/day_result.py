"""The result of a day in its folder: settings as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.day.instructions.written import written_row
from huiguan.exchange.day.result import RESULT_FORMAT, DayResult
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.instruction_files import kept_instructions
from huiguan.storage.table_folder import folder_files, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.storage.files import Bytes


def result_files(
    result: DayResult, instructions: Sequence[AnyInstruction] = ()
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of ``result/`` and their parts: the tables, then ``result.json``."""
    kept = [written_row(order) for order in instructions]
    return folder_files("result", result, instructions=kept)


def read_result(folder: Path) -> tuple[DayResult, list[AnyInstruction]]:
    """Return a day's result and the instructions it was closed under."""
    result, beside = read_folder(folder, DayResult)
    try:
        instructions = kept_instructions(beside["instructions"])
    except (KeyError, InputFault, msgspec.ValidationError) as fault:
        raise CheckFault(f"the result in {folder} is damaged ({fault}); close the day again") from (
            fault
        )
    written = result.settings.result_format
    if written != RESULT_FORMAT:
        raise CheckFault(
            f"the result in {folder} is of format {written}, this code of {RESULT_FORMAT}; close"
            " the day again with this code"
        )
    return result, instructions
