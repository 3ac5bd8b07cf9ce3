"""Canonical TOML of a round folder: keys in the order of the struct, values spelt one way."""

import tomllib
from datetime import date
from typing import Any, TypeVar

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.letters import TEXT

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
MOST_DOTS = 500  # in a line: the library takes the square of their number in time


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    if not TEXT.fullmatch(text):
        raise InputFault(
            f"{text!r} cannot stand in a round folder: use printable ASCII or Chinese, no quotes"
        )
    return f'"{text}"'


def toml_bytes(value: msgspec.Struct) -> bytes:
    """Return the canonical TOML of a struct: values, lists of text, then tables from structs."""
    return ("\n".join(_toml_lines(value, "")).lstrip("\n") + "\n").encode("utf-8")


def _toml_lines(value: msgspec.Struct, within: str) -> list[str]:
    lines, tables = [], []
    for name in value.__struct_fields__:
        field = getattr(value, name)
        if isinstance(field, tuple) and all(isinstance(entry, str) for entry in field) and field:
            lines.append(f"{name} = [{', '.join(map(_toml_value, field))}]")
        elif isinstance(field, tuple):
            for entry in field:
                tables += ["", f"[[{within}{name}]]", *_toml_lines(entry, f"{within}{name}.")]
        else:
            lines.append(f"{name} = {_toml_value(field)}")
    return lines + tables


def parse_toml(data: bytes, kind: type[T], where: str) -> T:
    """Return ``data`` as a struct of ``kind``; unknown and missing keys are refused by name."""
    if max(line.count(b".") for line in data.split(b"\n")) > MOST_DOTS:
        raise InputFault(f"{where}: a line has more than {MOST_DOTS} points; no key has so many")
    try:
        document: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        return msgspec.convert(document, kind)
    except (ValueError, RecursionError) as error:  # of encoding, form, figures and fields
        raise InputFault(f"{where}: {str(error)[:200]}") from None


def parse_canonical(data: bytes, kind: type[S], where: str) -> S:
    """Return canonical TOML as a struct of ``kind``; any other spelling of it is refused."""
    value = parse_toml(data, kind, where)
    if toml_bytes(value) != data:
        raise CheckFault(f"{where} is not canonical: order of keys, comments or spaces differ")
    return value
