"""The checker of re-runs: a round run again after answers has results of its own to prove.

Expected is what the rule says: who withdrew is out, who settled keeps the home, and the homes that
are left go to everybody else as the applicant-optimal match. Every row is compared with it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.housing.check.lists import positions_in
from huiguan.housing.check.match import Lists, Slots, best_match
from huiguan.housing.check.rows import Finding, each
from huiguan.housing.check.whole import (
    CheckedOutcome,
    Examined,
    Served,
    check_cutoffs,
    check_results,
    entry_order,
    find_rows,
)
from huiguan.housing.round.answers import SETTLED, WITHDRAWN
from huiguan.housing.round.frozen import FrozenRound


class Rerun(NamedTuple):
    """One step of re-runs, as read: its answers, and its results and cut-offs."""

    folder: str  # "reruns/1"
    number: np.ndarray  # S9 [answer]
    answer: np.ndarray  # int8 [answer]: index into ANSWERS
    outcome: CheckedOutcome  # the tickets are those of the round


def check_reruns(frozen: FrozenRound, examined: Examined, reruns: Sequence[Rerun]) -> list[Finding]:
    """Return what is wrong in the first re-run with a fault; ``examined`` is the proved round."""
    order, lists, slots, served, _ = examined
    gone = np.zeros(order.size, dtype=np.bool_)
    settled = np.zeros(order.size, dtype=np.bool_)
    for rerun in reruns:
        found = take_answers(frozen, order, served, rerun, gone, settled)
        after, wrong = check_results(frozen, order, lists, slots, rerun.outcome)
        found += wrong
        found += check_cutoffs(frozen, lists, slots, after, rerun.outcome)[2]
        best = match_again(lists, slots, served, gone, settled)
        found += compare(frozen, order, lists, served, best, after, gone, settled)
        if found:
            return [msgspec.structs.replace(f, file=f"{rerun.folder}/{f.file}") for f in found]
        served = after
    return []


def take_answers(
    frozen: FrozenRound,
    order: np.ndarray,
    served: Served,
    rerun: Rerun,
    gone: np.ndarray,
    settled: np.ndarray,
) -> list[Finding]:
    """Mark who is ``gone`` and who has ``settled`` by now; find answers that cannot be."""
    position = positions_in(frozen, order)
    at, known, _, _ = find_rows(frozen.numbers, rerun.number)
    who = np.where(known, position[at], -1)
    inside = who >= 0
    out = each("answer", "answers.csv", rerun.number[~inside], "it takes no part and cannot answer")
    homeless = np.zeros(who.size, dtype=np.bool_)
    homeless[inside] = (served.row[who[inside]] < 0) | gone[who[inside]]
    sentence = "it holds no home, so it has no offer to answer"
    out += each("answer", "answers.csv", rerun.number[homeless], sentence)
    answering = inside & ~homeless
    gone[who[answering & (rerun.answer == WITHDRAWN)]] = True
    settled[who[answering & (rerun.answer == SETTLED)]] = True
    settled &= ~gone
    return out


def match_again(
    lists: Lists, slots: Slots, served: Served, gone: np.ndarray, settled: np.ndarray
) -> Served:
    """Return the match that is due: the homes of those who settled are no longer given."""
    kept = np.flatnonzero(settled)
    capacity, seats = slots.capacity.copy(), slots.seats.copy()
    np.subtract.at(capacity, lists.choice["programme"][served.row[kept]], 1)
    np.subtract.at(seats, served.slot[kept][served.slot[kept] >= 0], 1)
    entry = entry_order(lists)
    at = np.full(gone.size, -1, dtype=np.int64)
    taker = np.full(gone.size, -2, dtype=np.int64)
    left = slots._replace(capacity=capacity, seats=seats)
    best_match(lists, left, entry[~(gone | settled)[entry]], at, taker)
    row = np.where(taker == -2, -1, at)
    row[kept], taker[kept] = served.row[kept], served.slot[kept]
    return Served(row, taker)


def compare(
    frozen: FrozenRound,
    order: np.ndarray,
    lists: Lists,
    before: Served,
    best: Served,
    after: Served,
    gone: np.ndarray,
    settled: np.ndarray,
) -> list[Finding]:
    """Find every result that is not the one that is due, and say which promise it breaks."""
    out = []
    for row in np.flatnonzero((best.row != after.row) | (best.slot != after.slot)).tolist():
        held, now = int(before.row[row]), int(after.row[row])
        if gone[row]:
            code, sentence = "withdrawn", "it has withdrawn and holds a home"
        elif settled[row]:
            code, sentence = "settled", "it has settled and does not keep its home and seat"
        elif held >= 0 and (now < 0 or now > held):
            code, sentence = "held", "the offer it held has worsened"
        else:
            due = int(best.row[row])
            programme = int(lists.choice["programme"][due]) if due >= 0 else -1
            name = frozen.programmes[programme].programme if due >= 0 else "no home"
            code, sentence = "not-optimal", f"{name} is its best stable one"
        out.append(Finding(code, "results.csv", frozen.numbers[order[row]].decode(), sentence))
    return out
