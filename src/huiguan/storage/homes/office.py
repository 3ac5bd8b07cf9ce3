"""The office's folder of an intake: what a round is frozen from, and what only the office knows.

``intake.json`` is the record that numbers are never given twice from; ``register.csv`` and
``verdicts.csv`` are the same for a spreadsheet. They hold own ids and stay in the office.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import polars as pl

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.readers.sheets import Column, columns_found
from huiguan.housing.people.forms import PEOPLE
from huiguan.housing.people.record import Intake
from huiguan.storage.change import Change, changing, draft, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.round_tables import TABLES, table_bytes
from huiguan.storage.sheets.tables import BYTE_ORDER_MARK, Say, csv_rows, read_utf8, unheard

RECORD = "intake.json"
PRIVATE = ("intake.json", "register.csv", "verdicts.csv")  # own ids: they stay in the office


def read_people(
    path: Path, facts: Sequence[Column], say: Say = unheard
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table of people by column, each with its line; blanks at ends go."""
    return read_given_rows(path, (*PEOPLE, *facts), say)


def read_given_rows(
    path: Path, columns: Sequence[Column], say: Say = unheard
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table by column, each with its line; blanks at ends go."""
    (_, heads), *rows = csv_rows(read_utf8(path, say), str(path))
    found = columns_found(columns, heads, str(path))
    return [(line, {column: row[at].strip() for column, at in found.items()}) for line, row in rows]


def read_intake(folder: Path) -> Intake | None:
    """Return what was taken in before, or None; the caller holds the folder or only looks."""
    path = folder / RECORD
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Intake)
    except msgspec.MsgspecError as fault:
        raise CheckFault(
            f"{path} is damaged ({fault}), and numbers must not be given twice; restore it"
        ) from None


def write_office(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files of an intake, all or none; the caller holds the folder."""
    kernel_calls = Files()
    with changing(folder, Change(sorted(files)), kernel_calls):
        for name, data in files.items():
            write_file(draft(folder, name), [data], kernel_calls)


def finish_office(folder: Path) -> None:
    """Finish what an interrupted intake left; the caller holds the folder."""
    finish_held_change(folder, Files())


def round_table(name: str, rows: Sequence[Sequence[object]]) -> bytes:
    """Return the canonical bytes of a table of a round's input."""
    schema = dict.fromkeys(TABLES[name], pl.String)
    texts = [[str(cell) for cell in row] for row in rows]
    return table_bytes(name, pl.DataFrame(texts, schema=schema, orient="row"))


def office_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table for a spreadsheet: UTF-8 with the mark by which it is known there."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return BYTE_ORDER_MARK + out.getvalue().encode()


def register_bytes(intake: Intake) -> bytes:
    """Return ``register.csv``: a row for each person of each application."""
    heads = ("number", "application", "person", "state", "tier", "received", "scheme")
    return office_table(
        heads,
        (
            (e.number, e.application, person, e.state, e.tier, e.received, e.scheme)
            for e in intake.applications
            for person in e.persons
        ),
    )


VERDICT = (
    "number", "application", "state", "rule", "answer", "reason", "effective", "status", "article",
)  # fmt: skip


def verdicts_bytes(intake: Intake) -> bytes:
    """Return ``verdicts.csv``: a row for what each rule said of each application."""
    rows: list[tuple[object, ...]] = []
    for e in intake.applications:
        rows += [
            (e.number, e.application, e.state, r.rule, r.answer, r.reason, r.effective, r.status,
             r.article)
            for r in e.rules
        ]  # fmt: skip
        if e.state in ("void", "withdrawn"):
            reason = "; ".join(e.reasons)
            rows.append((e.number, e.application, e.state, e.state, "no", reason, "", "", ""))
    return office_table(VERDICT, rows)
