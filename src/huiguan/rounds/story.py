"""Tell one application's story from its folder, and list everybody's result."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.housing.check.whole import CheckedOutcome
from huiguan.housing.explain import Again, Story, explain
from huiguan.housing.leasing.offers import Winner
from huiguan.housing.people.record import Intake
from huiguan.housing.round.answers import ANSWERS, WITHDRAWN
from huiguan.housing.round.frozen import STATES, FrozenRound, read_facts
from huiguan.housing.round.stages import count_reruns, require_result
from huiguan.rounds.allocate import read_right
from huiguan.storage.homes.round_folder import (
    check_manifest,
    read_outcome,
    read_rerun,
    read_step_answers,
)
from huiguan.storage.homes.round_step import open_round


def story_of(folder: Path, number: str) -> Story:
    """Return what the stored round says about a number, the last re-run included."""
    frozen, outcome, again = read_result(folder)
    return explain(frozen, outcome, number, again)


def read_result(folder: Path) -> tuple[FrozenRound, CheckedOutcome, Again | None]:
    """Return a round with its first result and, after answers, the last re-run."""
    stages = open_round(folder)
    require_result(stages)
    frozen = read_right(folder)
    check_manifest(folder, "RESULT", sealed_may_miss=False)
    outcome, last = read_outcome(folder, frozen), count_reruns(stages)
    if not last:
        return frozen, outcome, None
    answers: dict[str, str] = {}
    for step in range(1, last + 1):
        given = read_step_answers(folder, step, frozen)
        for row, answer in zip(given.application.tolist(), given.answer.tolist(), strict=True):
            number = frozen.numbers[row].decode()
            if answers.get(number) != ANSWERS[WITHDRAWN]:  # nobody comes back
                answers[number] = ANSWERS[answer]
    return frozen, outcome, Again(last, read_rerun(folder, last, frozen, outcome).outcome, answers)


class ResultRow(NamedTuple):
    """One application's result, under the office's own id if it is known."""

    number: str
    application: str
    persons: str
    state: str
    rank: int  # 0 without a draw
    programme: str
    answer: str


def result_rows(folder: Path, intake: Intake | None) -> list[ResultRow]:
    """Return the result that counts now of every application, in order of number."""
    return rows_of(*read_result(folder), intake)


def rows_of(
    frozen: FrozenRound, outcome: CheckedOutcome, again: Again | None, intake: Intake | None
) -> list[ResultRow]:
    """Return the result that counts now of every application of a round that was read."""
    counts = again.outcome if again else outcome
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[np.searchsorted(frozen.numbers, outcome.ticket_number)] = outcome.ticket_rank
    known = {entry.number: entry for entry in intake.applications} if intake else {}
    rows = []
    given = zip(
        frozen.numbers.tolist(), frozen.state.tolist(), counts.result_programme.tolist(),
        rank.tolist(), strict=True,
    )  # fmt: skip
    for raw, state, programme, place in given:
        number = raw.decode()
        entry = known.get(number)
        rows.append(
            ResultRow(
                number=number,
                application=entry.application if entry else "",
                persons=" ".join(entry.persons) if entry else "",
                state=STATES[state],
                rank=place,
                programme=frozen.programmes[programme].programme if programme >= 0 else "",
                answer=again.answers.get(number, "") if again else "",
            )
        )
    return rows


def winners_of(folder: Path, intake: Intake) -> tuple[str, list[Winner]]:
    """Return the name of a round, and everybody to whom it gives a programme now."""
    frozen, outcome, again = read_result(folder)
    schemes = {entry.number: entry.scheme for entry in intake.applications}
    own = [
        frozen.programmes[at].programme if at >= 0 else "" for at in read_facts(frozen).own.tolist()
    ]
    winners = []
    for row, home in zip(rows_of(frozen, outcome, again, intake), own, strict=True):
        if not row.programme:
            continue
        if not row.application:
            raise InputFault(
                f"the intake knows no application {row.number}; name the folder of the intake from"
                " which the round was frozen"
            )
        winners.append(
            Winner(
                number=row.number,
                application=row.application,
                persons=tuple(row.persons.split()),
                scheme=schemes[row.number],
                rank=row.rank,
                programme=row.programme,
                answer=row.answer,
                keeps=home == row.programme,
            )
        )
    return frozen.head.round, winners
