"""The result of a day in its folder: settings as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.result import RESULT_FORMAT, DayResult
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.table_folder import folder_files, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huiguan.storage.files import Bytes


def result_files(
    result: DayResult, instructions: Sequence[AnyInstruction] = ()
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of ``result/`` and their parts: the tables, then ``result.json``."""
    return folder_files("result", result, instructions=list(instructions))


def read_result(folder: Path) -> tuple[DayResult, list[AnyInstruction]]:
    """Return a day's result and the instructions it was closed under."""
    result, beside = read_folder(folder, DayResult)
    try:
        instructions = convert_instructions(beside["instructions"])
    except (KeyError, msgspec.ValidationError) as fault:
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


def convert_instructions(values: object) -> list[AnyInstruction]:
    """Return instructions from plain values; raises ``msgspec.ValidationError``."""
    return msgspec.convert(values, list[AnyInstruction])


def read_instructions(path: Path) -> list[AnyInstruction]:
    """Return the instructions of a JSON file: a list of objects with a ``type``."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[AnyInstruction])
    except OSError as fault:
        raise InputFault(f"{path}: the file cannot be read ({fault.strerror})") from None
    except msgspec.MsgspecError as fault:
        raise InputFault(f"{path}: this is no list of instructions ({fault})") from None
