"""Files of instructions: a JSON list, read exactly; every fault names its row and its field.

Those that wait for a morning lie in a folder of the hall, a file a decision. Who opens the day
follows them or leaves them out with a reason, both in ``opening.json``, and takes them away. A file
of a decision that a morning knows was left behind by a kill, and is never followed twice.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import msgspec

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.written import read_row
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from huiguan.storage.files import Files

WAITING_NAME = "waiting"  # the folder, in that of a hall
ENDING = ".json"


def read_instructions(path: Path) -> list[AnyInstruction]:
    """Return the instructions of a JSON file in UTF-8: a list of objects with a ``type``.

    Numbers are taken as they are written, never as binary fractions. Raises ``InputFault``.
    """
    rows = _read_json(path)
    if not isinstance(rows, list):
        raise InputFault(f"{path} is no list of instructions; write them in brackets: [{{...}}]")
    return [read_row(row, f"{path}, instruction {number}") for number, row in enumerate(rows, 1)]


def _read_json(path: Path) -> object:
    """Return what a JSON file says: numbers as int and Decimal; a name given twice is refused."""

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        row = dict(found)
        if len(row) < len(found):
            names = [name for name, _ in found]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputFault(f"{path}: {twice!r} stands twice in one instruction; give it once")
        return row

    def constant(word: str) -> NoReturn:
        raise InputFault(f"{path}: {word} is no number; write one like 12.50")

    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=pairs, parse_constant=constant, parse_float=Decimal
        )
    except OSError as fault:
        raise InputFault(f"{path}: the file cannot be read ({fault.strerror})") from None
    except json.JSONDecodeError as fault:
        raise InputFault(
            f"{path}, line {fault.lineno}, column {fault.colno}: this is no JSON ({fault.msg})"
        ) from None
    except UnicodeDecodeError as fault:
        raise InputFault(
            f"{path} is not written in UTF-8 (byte {fault.start}); save it as UTF-8"
        ) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise InputFault(f"{path}: a number is too long, or braces go too deep") from None


def kept_instructions(rows: object) -> list[AnyInstruction]:
    """Return the instructions a result or an opening keeps, in today's form or in the first one.

    Raises ``InputFault`` or ``msgspec.ValidationError``.
    """
    try:
        return msgspec.convert(rows, list[AnyInstruction])  # as results were written at first
    except msgspec.ValidationError:
        if not isinstance(rows, list):
            raise
    return [read_row(row, f"kept instruction {number}") for number, row in enumerate(rows, 1)]


class Waiting(NamedTuple):
    """What waits: the files in the order of their names, and every instruction in them."""

    files: list[Path]
    instructions: list[AnyInstruction]


def write_waiting(folder: Path, name: str, rows: Sequence[object], files: Files) -> None:
    """Let instructions wait, as people write them; the same name again is the same decision."""
    text = json.dumps(rows, ensure_ascii=False, indent=2).encode()
    write_file(folder / f"{name}{ENDING}", [text, b"\n"], files)


def read_waiting(folder: Path) -> Waiting:
    """Return what waits in a folder; a file that cannot be read is an ``InputFault``."""
    found = sorted(folder.glob(f"*{ENDING}"))
    return Waiting(found, [row for path in found for row in read_instructions(path)])


def take_away(waiting: Waiting) -> None:
    """Remove the files of what waited: a morning knows each of them."""
    for path in waiting.files:
        path.unlink(missing_ok=True)
