"""Answers to offers: who may give which, and the match that is due after them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.market import Market, Match
from huiguan.housing.allocation.waiting import rerun
from huiguan.housing.round.frozen import FrozenRound

ANSWERS = ("settled", "withdrawn")
SETTLED, WITHDRAWN = 0, 1


class Answers(NamedTuple):
    """The answers of one step, as columns."""

    application: np.ndarray  # int64: row of the frozen round
    answer: np.ndarray  # int8: index into ANSWERS


def match_after(
    frozen: FrozenRound, rows: np.ndarray, market: Market, first: Match, steps: Iterable[Answers]
) -> tuple[Match, Match]:
    """Return the matches before and after the last of ``steps``, which follow the ``first`` match.

    ``rows``: applications of the market. An answer nobody can give is refused by its number.
    """
    gone = np.zeros(rows.size, dtype=np.bool_)
    settled = np.zeros(rows.size, dtype=np.bool_)
    before = match = first
    for step in steps:
        before = match
        leaving, keeping = read_answers(frozen, rows, step)
        homeless = np.flatnonzero((leaving | keeping) & (match.choice < 0))
        if homeless.size:
            number = frozen.numbers[rows[homeless[0]]].decode()
            what = "cannot settle" if keeping[homeless[0]] else "has no offer to answer"
            raise InputFault(f"answers.csv: {number} holds no home and {what}")
        gone |= leaving
        settled = (settled | keeping) & ~gone
        match = rerun(market, match, gone, settled)
    return before, match


def read_answers(
    frozen: FrozenRound, rows: np.ndarray, step: Answers
) -> tuple[np.ndarray, np.ndarray]:
    """Return who of the applications ``rows`` has withdrawn, and who has settled."""
    outside = np.flatnonzero(frozen.state[step.application] != 0)
    if outside.size:
        number = frozen.numbers[step.application[outside[0]]].decode()
        raise InputFault(f"answers.csv: {number} takes no part in the draw and cannot answer")
    answers = np.full(frozen.numbers.size, -1, dtype=np.int8)
    answers[step.application] = step.answer
    return answers[rows] == WITHDRAWN, answers[rows] == SETTLED
