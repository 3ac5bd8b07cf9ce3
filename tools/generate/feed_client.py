"""The records of the public feed that the Python client ships."""

import inspect

from huiguan.exchange.market_data import records
from huiguan.foundation.records import Record
from tools.generate.client import docstring, struct_format
from tools.generate.kinds import OF_FEED, RECORDS, flags, held, record_fields, tag

BASES = '''


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A row of whole numbers; without a kind it is the header of a packet."""

    LAYOUT: ClassVar[Struct]


class FeedRecord(Record, frozen=True, kw_only=True):
    """What a packet says; ``LAYOUT`` unpacks its kind first."""

    KIND: ClassVar[int]'''


def head() -> str:
    """Return the beginning of the module: what it is, what it imports, sizes."""
    words = sorted({word.__name__ for kind in OF_FEED for word in held(kind).values()})
    return "\n".join(
        [
            '"""Generated from huiguan.exchange.market_data.records; do not edit.',
            "",
            "Numbers are pinned in ``messages.lock``; docs/reference/market_data.md explains them.",
            '"""',
            "",
            "from struct import Struct",
            "from typing import ClassVar",
            "",
            "import msgspec",
            "",
            f"from huiguan_client.messages import {', '.join(['Flag', *words])}",
            "",
            f"FEED_VERSION = {records.FEED_VERSION}",
            f"HEADER_BYTES = {records.HEADER_BYTES}",
            f"RECORD_BYTES = {records.RECORD_BYTES}",
        ]
    )


def record_format(kind: type[Record]) -> str:
    """Return the format of a record, or of the header, for the standard library's struct."""
    if issubclass(kind, records.FeedRecord):
        return struct_format([("kind", "<i2", 0), *record_fields(kind)], records.RECORD_BYTES)
    return struct_format(record_fields(kind), records.HEADER_BYTES)


def record_lines(kind: type[Record]) -> list[str]:
    """Return the declaration of a record, or of the header of packets."""
    rows, words, no_or_yes = record_fields(kind), held(kind), flags(kind)
    bases = "Record, frozen=True, kw_only=True"
    if issubclass(kind, records.FeedRecord):
        bases = f'FeedRecord, frozen=True, kw_only=True, tag="{tag(kind)}"'
    out = ["", "", f"class {kind.__name__}({bases}):"]
    out += [docstring(inspect.getdoc(kind) or ""), ""]
    if issubclass(kind, records.FeedRecord):
        out.append(f"    KIND: ClassVar[int] = {kind.KIND}")
    out += [f'    LAYOUT: ClassVar[Struct] = Struct("{record_format(kind)}")', ""]
    types = {name: word.__name__ for name, word in words.items()} | dict.fromkeys(no_or_yes, "Flag")
    return out + [f"    {name}: {types.get(name, 'int')}" for name, _, _ in rows]


def feed_client() -> str:
    """Return the module: no NumPy, no huiguan."""
    out = [head() + BASES]
    for kind in OF_FEED:
        out += record_lines(kind)
    out += ["", "", "RECORDS: dict[int, type[FeedRecord]] = {"]
    out += [f"    {kind.KIND}: {kind.__name__}," for kind in RECORDS]
    return "\n".join([*out, "}"]) + "\n"
