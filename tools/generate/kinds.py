"""What stands as a number in a journal, an image, a result or an event: kinds and enumerations."""

import importlib
import pkgutil
from collections.abc import Iterable
from enum import IntEnum
from types import ModuleType
from typing import get_type_hints

import numpy as np

import huiguan.exchange
from huiguan.exchange import messages
from huiguan.exchange.market_data import records
from huiguan.foundation.records import Flag, Record
from huiguan.foundation.refusals import Refusal

KINDS = sorted([*messages.COMMANDS.values(), *messages.EVENTS.values()], key=lambda k: k.KIND)
RECORDS = [records.RECORDS[number] for number in sorted(records.RECORDS)]
OF_FEED: list[type[Record]] = [records.PacketHeader, *RECORDS]
DELIVERY = range(6000, 7000)  # refusals of warrants and deliveries: no trading day meets them
HOMES = 8000  # refusals from here on are the housing office's: no trading day meets them

IN_MEMORY = {  # enumerations whose numbers stand in no journal, image, result or event
    "Act": "a step of a warrant, written as a word",
    "Cause": "why a warrant is frozen, written as a word",
    "State": "where a warrant stands, the fold of its steps",
    "Among": "whose orders a function of the core looks at",
    "Entry": "a column of the table of phases",
    "Matching": "a column of the table of phases",
    "SessionStatus": "state of the core, which a snapshot keeps to save time only",
}


def placed(layout: np.dtype[np.void], names: Iterable[str]) -> list[tuple[str, str, int]]:
    """Return name, dtype and offset of fields of a layout."""
    assert layout.fields is not None
    return [(name, layout.fields[name][0].str, layout.fields[name][1]) for name in names]


HEADER_FIELDS = placed(messages.EVENT_HEADER_ROW, [name for name, _ in messages.EVENT_HEADER])


def modules(room: ModuleType) -> list[ModuleType]:
    """Return every module of a room, by name."""
    walk = pkgutil.walk_packages(room.__path__, room.__name__ + ".")
    found = [importlib.import_module(entry.name) for entry in walk]
    return sorted(found, key=lambda module: module.__name__)


def enumerations() -> list[type[IntEnum]]:
    """Return every enumeration of the exchange whose numbers are written, and the refusals.

    All but those of ``IN_MEMORY``: one is pinned before somebody writes its numbers unnoticed.
    """
    found = [
        thing
        for module in modules(huiguan.exchange)
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, IntEnum)
        and thing.__module__ == module.__name__
    ]
    named = {thing.__name__: thing for thing in found}
    assert len(named) == len(found), "two enumerations of one name"
    assert named.keys() >= IN_MEMORY.keys(), "an enumeration of IN_MEMORY is gone: take it out"
    return [*(named[name] for name in sorted(named.keys() - IN_MEMORY.keys())), Refusal]


def tag(kind: type[Record]) -> str:
    """Return the name of a kind in JSON and in ``messages.lock``."""
    return str(kind.__struct_config__.tag)


def fields(kind: type[messages.Message]) -> list[tuple[str, str, int]]:
    """Return name, dtype and offset of every field."""
    return placed(messages.message_layout(kind), kind.__struct_fields__)


def record_fields(kind: type[Record]) -> list[tuple[str, str, int]]:
    """Return name, dtype and offset of every field of a record of the feed, or of its packets."""
    rows = records.PACKET_HEADER
    if issubclass(kind, records.FeedRecord):
        rows = records.RECORD_LAYOUTS[kind.KIND]
    return placed(rows, kind.__struct_fields__)


def held(kind: type[Record]) -> dict[str, type[IntEnum]]:
    """Return the enumeration that each field of a kind holds, where it holds one."""
    hints = get_type_hints(kind)
    types = {name: hints[name] for name in kind.__struct_fields__}
    return {name: hint for name, hint in types.items() if issubclass(hint, IntEnum)}


def flags(kind: type[Record]) -> set[str]:
    """Return the fields of a kind that are 0 or 1."""
    hints = get_type_hints(kind, include_extras=True)
    return {name for name in kind.__struct_fields__ if hints[name] == Flag}
