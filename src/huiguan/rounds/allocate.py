"""Allocate: homes are given by the frozen rows and the draw."""

from pathlib import Path

from huiguan.foundation.faults import CheckFault
from huiguan.housing.allocation.market import Match
from huiguan.housing.check.rows import check_frozen
from huiguan.housing.round.frozen import FrozenRound
from huiguan.housing.round.outcome import allocate, cutoffs_of, ranks_of, results_of, tickets_of
from huiguan.housing.round.stages import require_unallocated
from huiguan.housing.round.value import check_value
from huiguan.storage.homes.round_columns import tickets_bytes
from huiguan.storage.homes.round_files import read_all, read_plain
from huiguan.storage.homes.round_folder import (
    commitment_of,
    list_of,
    match_bytes,
    read_draw,
    read_frozen,
)
from huiguan.storage.homes.round_step import hold_round, write_step


def read_right(folder: Path) -> FrozenRound:
    """Return the round of a frozen folder whose rows are those a freeze lets through."""
    frozen = read_frozen(folder)
    findings = check_frozen(frozen)
    if findings:
        first = findings[0]
        raise CheckFault(
            f"{first.file}: {first.row}: {first.sentence}; no freeze writes that, so the folder "
            "is not the one that was frozen"
        )
    return frozen


def allocate_round(folder: Path) -> Match:
    """Write ``cutoffs.csv``, ``results.csv`` and ``RESULT`` from the frozen rows and the draw."""
    with hold_round(folder, "round allocate", require_unallocated) as aside:
        frozen = read_right(folder)
        record, commitment = read_draw(folder), commitment_of(folder)
        check_value(frozen.head, commitment, record)
        tickets = tickets_of(frozen, commitment, record.value)
        if tickets_bytes(tickets) != read_plain(folder, "tickets.csv"):
            raise CheckFault(
                "tickets.csv is not what the public value of draw.toml gives, so nothing is "
                f"allocated; huiguan round draw {folder} wrote something else"
            )
        given = allocate(frozen, ranks_of(frozen, tickets))
        files = match_bytes(frozen, results_of(frozen, given), cutoffs_of(frozen, given))
        earlier = read_all(folder, ("MANIFEST", "draw.toml", "tickets.csv"))
        write_step(folder, aside, files | {"RESULT": list_of(files | earlier)})
    return given.match
