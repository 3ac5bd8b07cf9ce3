"""Canonical tables of a round folder: UTF-8, line feeds, a fixed header, rows in byte order.

The reader writes back what it understood and refuses any difference, so two folders with the same
content have the same bytes and no byte goes unread.
"""

import io
import re

import numpy as np
import polars as pl

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.sheets import Table
from huiguan.foundation.readers.values import no_date
from huiguan.housing.round.letters import IDEOGRAPHS, NAME_LETTER, SIGNS
from huiguan.storage.homes.declared import (
    ANSWERS_GIVEN,
    APPLICATIONS,
    CHOICES,
    FACTS,
    PROGRAMMES,
)

TEXT, INTEGER, ID, LIST, HASH = "text", "integer", "id", "list", "hash"
NAME, NUMBER, DAY = "name", "number", "day"
NUMBER_BYTES, HASH_BYTES = 9, 64
INK = rf"[!#-+\--~{SIGNS}{IDEOGRAPHS}]"
STRANGE = re.compile(rf"[^\n -~{SIGNS}{IDEOGRAPHS}]")  # what no table may hold
PATTERNS = {
    TEXT: rf"^({INK}([ {INK[1:]}*{INK})?)?$",  # printable, no comma, quote or outer blank
    INTEGER: r"^(0|[1-9][0-9]{0,8})$",
    NUMBER: r"^[0-9]{8}[0-9X]$",
    ID: rf"^[A-Za-z0-9._@{IDEOGRAPHS}-]{{1,48}}$",
    NAME: rf"^{NAME_LETTER}{{1,48}}$",
    HASH: r"^[0-9a-f]{64}$",
}
GIVEN: dict[Table, tuple[str, ...]] = {  # tables that people write, and the kinds of their columns
    PROGRAMMES: (NAME, *[INTEGER] * 3, TEXT, *[INTEGER] * 4, ID, NAME),
    APPLICATIONS: (NUMBER, ID, INTEGER, INTEGER, INTEGER, DAY),
    CHOICES: (NUMBER, LIST),
    FACTS: (NUMBER, ID, ID),
    ANSWERS_GIVEN: (NUMBER, NAME),
}
TABLES: dict[str, dict[str, str]] = {
    **{table.file: dict(zip(table.heads, kinds, strict=True)) for table, kinds in GIVEN.items()},
    "tickets.csv": {
        "number": NUMBER,
        "place": INTEGER,
        "rank": INTEGER,
        "k": INTEGER,
        "ticket": HASH,
    },
    "cutoffs.csv": {
        "programme": NAME,
        "slot": NAME,
        "seats": INTEGER,
        "filled": INTEGER,
        "tier": TEXT,
        "place": TEXT,
    },
    "results.csv": {"number": NUMBER, "programme": TEXT, "slot": TEXT, "tier": TEXT},
}
ROW_BYTES = 9  # least of a line of any table: nothing is made of a gigabyte of line feeds
SHOWN = 80  # characters of a row in a sentence
PRINTABLE = bytes(range(0x20, 0x7F)) + b"\n"
KEYS = {"facts.csv": 3, "cutoffs.csv": 2}  # columns that name a row; one elsewhere


def keys_of(name: str) -> list[str]:
    """Return the columns that name a row of table ``name``."""
    return list(TABLES[name])[: KEYS.get(name, 1)]


def table_bytes(name: str, table: pl.DataFrame) -> bytes:
    """Return the canonical bytes of table ``name``; its rows may stand in any order."""
    return sorted_bytes(name, in_order(table, keys_of(name)))


def sorted_bytes(name: str, table: pl.DataFrame) -> bytes:
    """Return the canonical bytes of table ``name``, whose rows stand in order of their keys."""
    out = io.BytesIO()
    table.select(list(TABLES[name])).write_csv(out, quote_style="never")
    return out.getvalue()


def in_order(table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the rows in byte order of their keys."""
    if len(keys) == 1 and table[keys[0]].is_sorted():
        return table
    return table.sort(keys)


def wrong_field(column: str, kind: str) -> pl.Expr | None:
    """Return what is wrong in a column of ``kind``; the homes of lists are looked up later."""
    field = pl.col(column)
    if kind == LIST:
        return None
    if kind == DAY:
        written = field.str.contains(r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
        day = field.str.to_date("%Y-%m-%d", strict=False)
        return (field != "") & ~(written & day.is_not_null())
    return ~field.str.contains(PATTERNS[kind])


def parse_table(name: str, data: bytes, where: str) -> pl.DataFrame:
    """Return the rows of table ``name`` in order of their keys, every field checked."""
    columns = TABLES[name]
    header = ",".join(columns)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if data.translate(None, PRINTABLE):
        refuse_strange(data, where)
    if data[: max(data.find(b"\n"), 0)].decode() != header:
        raise InputFault(f"{where}: the first line must be {header}")
    try:
        table = pl.read_csv(data, infer_schema=False, quote_char=None).fill_null("")
    except pl.exceptions.PolarsError as error:
        reason = str(error).split("\n", 1)[0]
        raise InputFault(f"{where}: not a table of {len(columns)} columns: {reason}") from None
    for column, kind in columns.items():
        wrong = wrong_field(column, kind)
        if wrong is None:
            continue
        bad = table.filter(wrong)
        if bad.height:
            row = f"{where}: row {','.join(bad.row(0))[:SHOWN]}: {column}"
            if kind == DAY:
                raise no_date(bad[column][0], row)
            raise InputFault(f"{row} is not a valid {kind}")
    keys = keys_of(name)
    table = in_order(table, keys)
    same = pl.all_horizontal(pl.col(key) == pl.col(key).shift() for key in keys)
    twice = table.filter(same)
    if twice.height:
        row = ",".join(twice.row(0))
        raise InputFault(f"{where}: row {row[:SHOWN]} names what another row names")
    numbers = [pl.col(c).cast(pl.Int32) for c, kind in columns.items() if kind == INTEGER]
    return table.with_columns(numbers)


def refuse_strange(data: bytes, where: str) -> None:
    """Refuse what is neither printable ASCII nor Chinese, by its line."""
    try:
        strange = STRANGE.search(data.decode("utf-8"))
        end = len(strange.string[: strange.start()].encode()) if strange else -1
    except UnicodeDecodeError as fault:
        end = fault.start
    if end >= 0:
        line = data.count(b"\n", 0, end) + 1
        raise InputFault(
            f"{where}: line {line} has a character outside ASCII and Chinese, or one that is not "
            "printed; use codes"
        )


def parse_canonical_table(name: str, data: bytes, where: str) -> pl.DataFrame:
    """Return a canonical table; ``CheckFault`` names the first line that is not canonical."""
    if len(data) < ROW_BYTES * data.count(b"\n"):
        raise CheckFault(f"{where}: its lines are too short to be rows of its table")
    try:
        table = parse_table(name, data, where)
    except InputFault as fault:
        raise CheckFault(str(fault)) from None
    again = sorted_bytes(name, table)
    if again != data:
        lines = zip(data.split(b"\n"), again.split(b"\n"), strict=False)
        line, text = next(((n, a) for n, (a, b) in enumerate(lines, 1) if a != b), (0, b""))
        raise CheckFault(f"{where}: line {line} is not canonical: {text[:SHOWN]!a}")
    return table


def fixed_bytes(texts: pl.Series, width: int) -> np.ndarray:
    """Return S[width] of ASCII texts that all have ``width`` bytes, in one piece of memory."""
    joined = texts.str.join("").item() if texts.len() else ""
    return np.frombuffer(bytearray(joined, "ascii"), dtype=f"S{width}")


def codes(values: pl.Series, names: tuple[str, ...], where: str) -> np.ndarray:
    """Return int8 indexes of ``values`` into ``names``; an unknown one is refused."""
    unknown = values.filter(~values.is_in(list(names)))
    if unknown.len():
        raise InputFault(f"{where}: {unknown[0][:SHOWN]!r} is not one of {', '.join(names)}")
    return values.cast(pl.Enum(list(names))).to_physical().to_numpy().astype(np.int8)
