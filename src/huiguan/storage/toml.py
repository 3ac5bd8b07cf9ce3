"""Books of rules in TOML to structs: exact, nothing unknown; a fault names file, row and key.

How a value is written is said by the type of its field (``foundation.readers.written``).
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from huiguan.foundation.cited import Cited, Source, citation_fault
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import shown
from huiguan.foundation.readers.written import A_DATE, Written

S = TypeVar("S", bound=msgspec.Struct)
NOTHING = ("none", "none known")  # only where a field may be empty; "none" of a choice is a word


class TableKey(NamedTuple):
    """A key of a table: which field it fills, and how its value is written."""

    key: str
    field: str
    written: Written | None
    many: bool  # each item of the list is written so
    may_be_nothing: bool
    required: bool
    form: Any  # the type of the field


@cache
def keys_of(struct: type[msgspec.Struct]) -> dict[str, TableKey]:
    """Return the keys of a table that fills ``struct``: ``limit`` for ``limit_ppb: Rate``."""
    keys = {}
    for field in msgspec.structs.fields(struct):
        written, many = _written(field.type)
        name = field.name
        if written is not None and written.unit:
            assert name.endswith(written.unit), f"{struct.__name__}.{name}"
            name = name.removesuffix(written.unit) + written.key_unit
        nothing = type(None) in get_args(field.type)
        keys[name] = TableKey(name, field.name, written, many, nothing, field.required, field.type)
    return keys


def _written(form: Any) -> tuple[Written | None, bool]:  # noqa: ANN401  an annotation
    """Return how a type says it is written, and whether it says so of the items of a list."""
    for mark in getattr(form, "__metadata__", ()):
        if isinstance(mark, Written):
            return mark, False
    parts = get_args(form)
    if get_origin(form) in (Union, UnionType):
        return next((found for part in parts if (found := _written(part))[0]), (None, False))
    if get_origin(form) is tuple and parts[-1:] == (...,):
        return _written(parts[0])[0], True
    return None, False


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; what cannot be read is an InputFault."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise InputFault(f"{path}: the file cannot be read ({problem})") from None
    except tomllib.TOMLDecodeError as problem:
        raise InputFault(f"{path}: this is not TOML ({problem}); correct the line") from None


def read_sources(*paths: Path) -> dict[str, Source]:
    """Return the sources of files by key, a later file's instead of an earlier one's."""
    tables = [(path, key, row) for path in paths for key, row in read_toml(path).items()]
    return {key: read_header(path, key, row, Source) for path, key, row in tables}


def check_citation(where: object, cited: Cited, sources: Mapping[str, Source]) -> None:
    """Refuse a value whose origin is not known, or does not bear its status."""
    fault = citation_fault(cited, sources)
    if fault:
        raise InputFault(f"{where}: {fault}")


def named_rows(
    path: Path, content: dict[str, Any], names: Iterable[str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield kind, place (for faults) and content of every row: ``[[NAME]]`` of the known names."""
    known = list(names)
    for name, tables in content.items():
        if name not in known:
            raise InputFault(f"{path}: unknown table {name!r}; there are {', '.join(known)}")
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise InputFault(f"{path}: write [[{name}]], each row a table of its own")
        for number, table in enumerate(tables, 1):
            since = table.get("effective", table.get("clearing", "no date"))
            yield name, f"{path}, [[{name}]] row {number} ({since})", table


def read_header(path: Path, name: str, table: object, struct: type[S]) -> S:
    """Return the struct of a named table of a file."""
    return convert(f"{path}, [{name}]", table, struct)


def convert(where: str, table: object, struct: type[S]) -> S:
    """Return a struct from a TOML table; a fault names ``where`` and the key."""
    if not isinstance(table, dict):
        raise InputFault(f"{where}: the table is missing; the file cannot be used without it")
    keys = keys_of(struct)
    content: dict[str, Any] = {}
    for name, raw in table.items():
        if name not in keys:
            known = ", ".join(sorted(keys))
            raise InputFault(f"{where}: unknown key {name!r}; the keys are {known}")
        try:
            content[keys[name].field] = read_value(keys[name], raw)
        except InputFault as fault:
            raise InputFault(f"{where}: {name}: {fault}") from None
    try:
        return msgspec.convert(content, struct, builtin_types=(date,))  # TOML has dates
    except msgspec.ValidationError as problem:
        raise InputFault(f"{where}: {in_words(str(problem), keys)}; correct the row") from None


def read_value(key: TableKey, raw: Any) -> Any:  # noqa: ANN401  whatever TOML holds
    """Return the value of a field from what TOML holds."""
    if key.may_be_nothing and raw in NOTHING:
        return None
    items = raw if isinstance(raw, list) else [raw]
    if any(isinstance(item, float) for item in items):
        raise InputFault(f"{shown(raw)} is not exact; write it in quotes")
    if key.written is None or key.written.read is None:
        return raw
    if not key.many:
        return key.written.read(raw)
    if not isinstance(raw, list):
        raise InputFault(f"{shown(raw)} is one value; write a list in brackets")
    return [key.written.read(item) for item in raw]


def in_words(problem: str, keys: dict[str, TableKey]) -> str:
    """Return what a value must be, in the words of a book rather than of a type."""
    text, at, path = problem.partition(" - at `$.")
    by_field = {key.field: key for key in keys.values()}
    if not at:
        missing = text.removeprefix("Object missing required field ").strip("`")
        return text if missing == text else f"there is no key {by_field[missing].key!r}"
    key = by_field[path.rstrip("`").partition("[")[0]]
    if "`date`" in text:
        text = A_DATE
    elif key.written is not None and "matching regex" in text:
        text = f"must be {key.written.words}"
    elif key.written is not None and key.written.limits and ("<=" in text or ">=" in text):
        text = key.written.limits
    return f"{key.key}: {text}"
