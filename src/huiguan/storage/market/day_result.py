"""The result of a day in its folder: settings as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.day.instructions import AnyInstruction
from huiguan.exchange.day.result import (
    RESULT_FORMAT,
    RESULT_LATER,
    RESULT_TABLES,
    DayResult,
    ResultSettings,
)
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.records import table_layout
from huiguan.storage.market.day_folder import read_table_folder, table_folder_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huiguan.storage.files import Bytes

LAYOUTS = {name: table_layout(record) for name, record in RESULT_TABLES.items()}


def result_files(
    result: DayResult, instructions: Sequence[AnyInstruction] = ()
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of ``result/`` and their parts: the tables, then ``result.json``."""
    settings = {
        "settings": msgspec.to_builtins(result.settings),
        "instructions": msgspec.to_builtins(list(instructions)),
    }
    tables = {name: getattr(result, name) for name in RESULT_TABLES}
    kept = {name: rows for name, rows in tables.items() if len(rows) or name not in RESULT_LATER}
    return table_folder_files("result", settings, kept)


def read_result(folder: Path) -> tuple[DayResult, list[AnyInstruction]]:
    """Return a day's result and the instructions it was closed under."""
    content = read_table_folder(folder, LAYOUTS, RESULT_LATER)
    try:
        settings = msgspec.convert(content.settings["settings"], ResultSettings)
        instructions = convert_instructions(content.settings["instructions"])
    except (KeyError, msgspec.ValidationError) as fault:
        raise CheckFault(f"the result in {folder} is damaged ({fault}); close the day again") from (
            fault
        )
    if settings.result_format != RESULT_FORMAT:
        raise CheckFault(
            f"the result in {folder} is of format {settings.result_format}, this code of"
            f" {RESULT_FORMAT}; close the day again with this code"
        )
    return DayResult(settings=settings, **content.tables), instructions


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
