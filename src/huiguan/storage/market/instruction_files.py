"""Files of instructions: a JSON list, read exactly; every fault names its row and its field."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

import msgspec

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.written import read_row
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from pathlib import Path


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
