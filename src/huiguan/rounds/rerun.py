"""Run a frozen round again after answers: ``reruns/1``, ``reruns/2``... beside its result.

Each folder holds the answers of its step (sealed like the choices), results, cut-offs and a
``RESULT`` that names the step before. Nothing but answers enters: the draw and the lists stay.
"""

from pathlib import Path

from huiguan.housing.allocation.market import Match
from huiguan.housing.round.answers import match_after
from huiguan.housing.round.outcome import allocate, cutoffs_of, results_of
from huiguan.housing.round.stages import (
    Stages,
    count_reruns,
    require_open,
    require_result,
)
from huiguan.rounds.allocate import read_right
from huiguan.rounds.check import require_right
from huiguan.storage.homes.round_files import read_plain
from huiguan.storage.homes.round_folder import (
    list_of,
    match_bytes,
    read_answers,
    read_ranks,
    read_step_answers,
    stages_of,
    step_files,
)
from huiguan.storage.homes.round_step import hold_round, write_step
from huiguan.storage.sheets.tables import Say, unheard


def rerun_round(folder: Path, answers: Path, say: Say = unheard) -> tuple[Path, Match, Match]:
    """Write the next re-run of an allocated round; return its folder, the match before and after.

    The round is checked first: a re-run stands on what was published.

    ``answers`` is a table ``number,answer``: ``withdrawn`` leaves the round, ``settled`` keeps the
    home held and leaves the line. Everybody else keeps what is held or rises.
    """
    with hold_round(folder, "round allocate --answers", require_answerable) as aside:
        require_right(folder, "nothing is run again on it")
        step = count_reruns(stages_of(folder)) + 1
        frozen = read_right(folder)
        given = allocate(frozen, read_ranks(folder, frozen))
        said, said_bytes = read_answers(answers, frozen, say)
        earlier = [read_step_answers(folder, before, frozen) for before in range(1, step)]
        before, after = match_after(frozen, *given, [*earlier, said])
        again = given._replace(match=after)
        files = {
            "answers.csv": said_bytes,
            **match_bytes(frozen, results_of(frozen, again), cutoffs_of(frozen, again)),
        }
        named = {f"reruns/{step}/{name}": data for name, data in files.items()}
        last = step_files(step)[0]
        named[f"reruns/{step}/RESULT"] = list_of({last: read_plain(folder, last), **named})
        write_step(folder, aside, named)
    return folder / f"reruns/{step}", before, after


def require_answerable(stages: Stages) -> None:
    """Refuse a folder that is void or has no result."""
    require_open(stages)
    require_result(stages)
