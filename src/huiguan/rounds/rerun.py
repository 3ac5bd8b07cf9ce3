"""Run a frozen round again after answers: ``reruns/1``, ``reruns/2``... beside its result.

Each folder holds the answers of its step (sealed like the choices), results, cut-offs and a
``RESULT`` that names the step before. Nothing but answers enters: the draw and the lists stay.
"""

from pathlib import Path

import numpy as np
import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import Match
from huiguan.housing.allocation.waiting import rerun
from huiguan.housing.check.rerun import ANSWERS
from huiguan.housing.round.frozen import FrozenRound, build_market, lottery_rows
from huiguan.rounds.folder import (
    find,
    manifest_bytes,
    put,
    ranks_of,
    read_right,
    write_match,
)
from huiguan.rounds.stages import require_open, require_result, rerun_folders
from huiguan.storage.files import Files
from huiguan.storage.homes.round_tables import (
    codes,
    parse_table,
    read_bytes,
    read_table,
    table_bytes,
)


def answer_rows(
    frozen: FrozenRound, rows: np.ndarray, table: pl.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return who of the applications ``rows`` has withdrawn, and who has settled."""
    where = find(frozen.numbers, table["number"], "answers.csv")
    kinds = codes(table["answer"], ANSWERS, "answers.csv: answer")
    answers = np.full(frozen.numbers.size, -1, dtype=np.int8)
    answers[where] = kinds
    outside = np.flatnonzero(frozen.state[where] != 0)
    if outside.size:
        number = frozen.numbers[where[outside[0]]].decode()
        raise InputFault(f"answers.csv: {number} takes no part in the draw and cannot answer")
    return answers[rows] == ANSWERS.index("withdrawn"), answers[rows] == ANSWERS.index("settled")


def rerun_round(folder: Path, answers: Path) -> tuple[Path, Match, Match]:
    """Write the next re-run of an allocated round; return its folder, the match before and after.

    ``answers`` is a table ``number,answer``: ``withdrawn`` leaves the round, ``settled`` keeps the
    home held and leaves the line. Everybody else keeps what is held or rises.
    """
    require_open(folder)
    require_result(folder)
    steps = rerun_folders(folder)
    frozen = read_right(folder)
    rows = lottery_rows(frozen, ranks_of(folder, frozen))
    market = build_market(frozen, rows)
    match = match_market(market)
    gone = np.zeros(rows.size, dtype=np.bool_)
    settled = np.zeros(rows.size, dtype=np.bool_)
    tables = [read_table(step, "answers.csv") for step in steps]
    table = parse_table("answers.csv", read_bytes(answers), answers.name)
    before = match
    for step in [*tables, table]:
        before = match
        leaving, keeping = answer_rows(frozen, rows, step)
        homeless = np.flatnonzero(keeping & (match.choice < 0))
        if homeless.size:
            number = frozen.numbers[rows[homeless[0]]].decode()
            raise InputFault(f"answers.csv: {number} holds no home and cannot settle")
        gone |= leaving
        settled = (settled | keeping) & ~gone
        match = rerun(market, match, gone, settled)
    target = folder / "reruns" / str(len(steps) + 1)
    new = target.with_suffix(".new")  # the step appears whole or not at all
    put(new / "answers.csv", table_bytes("answers.csv", table))
    write_match(new, frozen, rows, market, match)
    put(new / "RESULT", manifest_bytes(folder, step_files(len(steps) + 1), elsewhere=new))
    Files().rename(new, target)
    Files().flush_folder(target.parent)
    return target, before, match


def step_files(step: int) -> list[str]:
    """Return the files that ``RESULT`` of a step lists: its own and the one it follows."""
    last = "RESULT" if step == 1 else f"reruns/{step - 1}/RESULT"
    return [last, *(f"reruns/{step}/{n}" for n in ("answers.csv", "cutoffs.csv", "results.csv"))]
