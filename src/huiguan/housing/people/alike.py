"""What the office decided of people who may be one: a table of its own, read beside the people's.

A person looked at the papers of two ids and says whether they are one person, who says so, when
and why. Without such a row people of one name and one day of birth stay two and are told of.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import name, office_id
from huiguan.foundation.readers.values import day, shown
from huiguan.housing.people.faults import CellFault

TABLE = "decisions.csv"
WORDS = {"same": True, "同一人": True, "different": False, "不同人": False}


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Whether two ids are one person, by whom, when and why."""

    person: str
    other: str
    same: bool
    by: str
    on: date
    reason: str


class Decisions(NamedTuple):
    """The decisions with their lines, and every fault."""

    rows: list[tuple[int, Decided]]
    faults: list[CellFault]


def fault_of(line: int, column: str, sentence: str) -> CellFault:
    """Return a fault of the decisions."""
    return CellFault(line, column, sentence, TABLE)


def same_or_different(text: str, what: str) -> bool:
    """Return whether a cell says that two are one."""
    if text not in WORDS:
        raise InputFault(f"{what}: {shown(text)} is neither same nor different")
    return WORDS[text]


READERS = {
    "person": office_id, "other": office_id, "decision": same_or_different, "by": name,
    "on": day, "reason": name,
}  # fmt: skip


def read_decisions(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Decisions:
    """Return what the rows of a table say; a pair is decided once."""
    decided: list[tuple[int, Decided]] = []
    faults: list[CellFault] = []
    first: dict[frozenset[str], int] = {}
    for line, cells in rows:
        values: dict[str, object] = {}
        for column, read in READERS.items():
            try:
                values[column] = read(cells[column], column)
            except InputFault as fault:
                faults.append(fault_of(line, column, str(fault).removeprefix(f"{column}: ")))
        if len(values) < len(READERS):
            continue
        if values["person"] == values["other"]:
            faults.append(fault_of(line, "other", "it is the same id, and two are asked for"))
            continue
        pair = frozenset((str(values["person"]), str(values["other"])))
        if first.setdefault(pair, line) != line:
            faults.append(fault_of(line, "other", f"row {first[pair]} decides these two"))
            continue
        values["same"] = values.pop("decision")
        decided.append((line, msgspec.convert(values, Decided)))
    return Decisions(decided, faults)


def decide(persons: dict[str, str], rows: Iterable[tuple[int, Decided]]) -> list[CellFault]:
    """Let ids that are one person stand under the first of them in ``persons`` (id: whose it is).

    Returns a fault for an id nobody has, and for two who are different and one all the same.
    """
    rows, faults = list(rows), []
    order = {person: at for at, person in enumerate(persons)}
    for line, row in rows:
        faults += [
            fault_of(line, column, f"the table of people has no {known_as}")
            for column, known_as in (("person", row.person), ("other", row.other))
            if known_as not in persons
        ]
    if faults:
        return faults
    for _, row in rows:
        if row.same:
            kept, gone = sorted((persons[row.person], persons[row.other]), key=order.__getitem__)
            persons.update({p: kept for p, whose in persons.items() if whose == gone})
    return [
        fault_of(
            line, "decision", f"a number or another row makes {row.person} and {row.other} one"
        )
        for line, row in rows
        if not row.same and persons[row.person] == persons[row.other]
    ]
