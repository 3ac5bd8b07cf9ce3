"""A finding: who did what in which contract, the figure, its threshold, and the commands."""

from enum import StrEnum

import msgspec
import numpy as np


class Behaviour(StrEnum):
    """What a finding is about."""

    SELF_TRADES = "self_trades"
    CANCELS = "cancels"
    LARGE_CANCELS = "large_cancels"
    OPENING = "opening"
    MULTIPLE = "multiple"
    POSITION = "position"
    MESSAGES = "messages"
    BURSTS = "bursts"
    LAYERING = "layering"
    TOGETHER = "together"
    ROUND_TRIPS = "round_trips"
    CLOSE = "close"
    SETTLEMENT = "settlement"
    IGNITION = "ignition"
    PROGRAMME = "programme"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One behaviour of one holder in one contract and trading day.

    ``figure`` is what was counted and ``threshold`` from where it is abnormal, in the unit of the
    behaviour; ``terms`` are further figures its sentence shows, by name; ``sequences`` the
    commands that make it, in order. ``other_holder`` is -1 where nobody else is part of it.
    """

    behaviour: Behaviour
    instrument: int
    holder: int
    figure: int
    threshold: int
    terms: dict[str, int] = {}
    sequences: tuple[int, ...] = ()
    other_holder: int = -1

    @property
    def score_ppm(self) -> int:
        """Figure over threshold in parts per million: what alerts are ordered by."""
        return self.figure * 1_000_000 // max(1, self.threshold)


def evidence(*sequences: np.ndarray) -> tuple[int, ...]:
    """Return the commands of a finding in order, each once."""
    return tuple(np.unique(np.concatenate(sequences)).tolist())
