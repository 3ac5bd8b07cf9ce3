"""Instructions as people write them: yuan, percentages and words, read exactly or refused.

A row is what a file or a form gives: names of fields with texts, numbers (never floats), true and
false. Money is written in yuan under the field's name without ``_fen``; the older form of the kept
files (``amount_fen``, rights and modes by number) is read too.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Any, get_args, get_type_hints

import msgspec

from huiguan.exchange.day.instructions.base import FieldKind, Instruction, near
from huiguan.exchange.day.instructions.every import KINDS, TYPES, AnyInstruction
from huiguan.foundation.arithmetic import PPB, parse_rate, scaled
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import distinct, name
from huiguan.foundation.readers.values import (
    MOST_FEN,
    decimal,
    shown,
    signed_fen,
    whole_number,
)

FEN = "_fen"
GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
THRESHOLDS = 3
PERSONS = ("maker", "checker", "reference")


def read_rows(rows: Iterable[object]) -> list[AnyInstruction]:
    """Return instructions of rows as people write them, as a program gives them."""
    return [read_row(row, f"instruction {number}") for number, row in enumerate(rows, 1)]


def read_row(row: object, where: str) -> AnyInstruction:
    """Return the instruction a row says; ``where`` names the row in the sentence of a fault."""
    if not isinstance(row, Mapping):
        raise InputFault(
            f"{where}: {shown(row)} is no instruction; write its fields in braces, like"
            ' {"type": "MoveMemberMoney", ...}'
        )
    kind = _type_of(row, where)
    where = f"{where} ({kind.__name__}{_reference(row)})"
    fields = {public(field): field for field in kind.__struct_fields__}
    _check_names(row, kind, fields, where)
    values: dict[str, Any] = {}
    for written, value in row.items():
        if written != "type":
            field = fields[public(written)]
            what = f"{where}: {written}"
            values[field] = (
                signed_fen(value, what)
                if written.endswith(FEN)
                else _read(kind, field, value, what)
            )
    made: AnyInstruction = kind(**values)  # type: ignore[assignment]
    return made


def written_row(order: AnyInstruction) -> dict[str, object]:
    """Return an instruction as ``read_row`` reads it: the one form that files keep."""
    kinds = KINDS[type(order).__name__]
    names = [*PERSONS, *(field for field in kinds if field not in PERSONS)]
    row: dict[str, object] = {"type": type(order).__name__}
    for field in names:
        value = getattr(order, field)
        if value is not None:
            row[public(field)] = WRITERS[kinds[field]](value)
    return row


def public(field: str) -> str:
    """Return the name under which people write a field."""
    return field.removesuffix(FEN)


def _reference(row: Mapping[str, object]) -> str:
    """Return the reference of a row for a sentence, where it has one."""
    found = row.get("reference")
    return f" {shown(found)}" if isinstance(found, str) else ""


def _type_of(row: Mapping[str, object], where: str) -> type[Instruction]:
    """Return the type a row names; an unknown one is an InputFault that lists all."""
    there_are = f"there are: {', '.join(TYPES)}"
    if "type" not in row:
        raise InputFault(f"{where} has no type; {there_are}")
    found = row["type"]
    if isinstance(found, str) and found in TYPES:
        return TYPES[found]
    nearest = near(found, TYPES) if isinstance(found, str) else ""
    hint = f"{nearest} {there_are}" if nearest else there_are
    raise InputFault(f"{where}: there is no type {shown(found)}; {hint}")


def _check_names(
    row: Mapping[str, object], kind: type[Instruction], fields: Mapping[str, str], where: str
) -> None:
    """Refuse a field the type does not have, one written in both forms, and one that is missing."""
    needed = [
        public(field.name)
        for field in msgspec.structs.fields(kind)
        if field.default is msgspec.NODEFAULT
    ]
    needed = [*PERSONS, *(name for name in needed if name not in PERSONS)]
    optional = [name for name in fields if name not in needed]
    takes = f"it takes {', '.join(needed)}" + (
        f" and, where wanted, {', '.join(optional)}" if optional else ""
    )
    older = {field: written for written, field in fields.items() if field != written}
    for written in row:
        if written in older and older[written] in row:
            raise InputFault(
                f"{where}: {older[written]} and {written} say the same; give {older[written]}"
            )
        if written not in fields and written not in older and written != "type":
            nearest = near(written, fields)
            raise InputFault(f"{where} has no field {shown(written)}; {nearest} {takes}")
    given = {older.get(written, written) for written in row}
    missing = [name for name in needed if name not in given]
    if missing:
        raise InputFault(f"{where} lacks {', '.join(missing)}; {takes}")


def _read(kind: type[Instruction], field: str, value: object, what: str) -> object:
    """Return the value of a field in its form inside the program."""
    how = KINDS[kind.__name__][field]
    if how is FieldKind.WORD:
        return _word(value, what, next(part for part in _parts(kind, field) if _is_word(part)))
    if how is FieldKind.LOTS and value is None and type(None) in _parts(kind, field):
        return None
    return READERS[how](value, what)


def _parts(kind: type[Instruction], field: str) -> tuple[Any, ...]:
    """Return the types a field's annotation is made of."""
    hint = get_type_hints(kind)[field]
    return get_args(hint) or (hint,)


def _is_word(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, IntEnum)


def _word(value: object, what: str, words: type[IntEnum]) -> IntEnum:
    """Return a member of an enumeration by its word, or by its number as older files have it."""
    names = {member.name.lower(): member for member in words}
    if isinstance(value, str) and value in names:
        return names[value]
    if isinstance(value, int) and not isinstance(value, bool) and value in list(words):
        return words(value)
    raise InputFault(f"{what}: {shown(value)} is none of the words there are: {', '.join(names)}")


def _flag(value: object, what: str) -> bool:
    """Return true or false; a word or a number is neither."""
    if value is True or value is False:
        return value
    raise InputFault(f"{what}: {shown(value)} is neither true nor false; write one of them")


def _money(value: object, what: str) -> int:
    """Return the fen of an amount in yuan: "1,000,000.00", "-12.5", 1000000.00."""
    yuan = _number(value, what)
    if abs(yuan) > MOST_FEN // 100:
        raise InputFault(f"{what}: {shown(value)} yuan are more than there are; check the amount")
    return scaled(yuan, 100, what)


def _number(value: object, what: str) -> Decimal:
    """Return an exact decimal; its whole part may be written in groups of three."""
    if isinstance(value, str) and GROUPED.fullmatch(value):
        value = value.replace(",", "")
    return decimal(value, what)


def _rate(value: object, what: str) -> Decimal:
    """Return a rate: "7%", "0.5bp", "0.07" or the number 0.07."""
    if not isinstance(value, str):
        return decimal(value, what)
    return Decimal(parse_rate(value, what)) / PPB


def _rates(value: object, what: str) -> tuple[Decimal, ...]:
    """Return three rates."""
    if not isinstance(value, (list, tuple)) or len(value) != THRESHOLDS:
        raise InputFault(
            f"{what}: {shown(value)} are not three rates; write them like"
            ' ["7.5%", "9%", "10.5%"], over three, four and five days'
        )
    return tuple(_rate(rate, what) for rate in value)


def _names(value: object, what: str) -> tuple[str, ...]:
    """Return names, each once."""
    if not isinstance(value, (list, tuple)):
        raise InputFault(f"{what}: {shown(value)} is no list of names")
    return tuple(distinct(value, what))


def _show_rate(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _show_number(number: Decimal) -> str:
    return f"{number:f}"


READERS: dict[FieldKind, Callable[[object, str], object]] = {
    FieldKind.FLAG: _flag,
    FieldKind.LOTS: whole_number,
    FieldKind.MONEY: _money,
    FieldKind.NAME: name,
    FieldKind.NAMES: _names,
    FieldKind.PRICE: _number,
    FieldKind.QUANTITY: _number,
    FieldKind.RATE: _rate,
    FieldKind.RATES: _rates,
}
WRITERS: dict[FieldKind, Callable[[Any], object]] = {
    FieldKind.FLAG: bool,
    FieldKind.LOTS: int,
    FieldKind.MONEY: lambda fen: f"{Decimal(fen).scaleb(-2):.2f}",
    FieldKind.NAME: str,
    FieldKind.NAMES: list,
    FieldKind.PRICE: _show_number,
    FieldKind.QUANTITY: _show_number,
    FieldKind.RATE: _show_rate,
    FieldKind.RATES: lambda rates: [_show_rate(rate) for rate in rates],
    FieldKind.WORD: lambda word: word.name.lower(),
}
