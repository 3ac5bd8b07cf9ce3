"""How far a round folder has come; each step asks for the one before it.

A step counts as done when its last file stands under its name: ``MANIFEST``, ``draw.toml``,
``RESULT``. Files appear whole or not at all, the last one last, so a killed step is taken again.
"""

from typing import NamedTuple

from huiguan.foundation.faults import CheckFault, InputFault


class Stages(NamedTuple):
    """What stands in a folder."""

    folder: str  # as the person named it
    exists: bool
    frozen: bool
    drawn: bool
    allocated: bool
    void: bool
    reruns: tuple[str, ...]  # names of what stands in reruns/


def require_frozen(stages: Stages) -> None:
    """Refuse a folder that is no frozen round."""
    folder = stages.folder
    if not stages.exists:
        raise InputFault(f"there is no folder {folder}; name the folder of a round")
    if not stages.frozen:
        raise InputFault(f"{folder} is not frozen yet; freeze first: huiguan round freeze {folder}")


def require_unfrozen(stages: Stages) -> None:
    """Refuse a folder that is frozen: nothing in it is ever written over."""
    if stages.frozen:
        raise InputFault(
            f"{stages.folder} is frozen already; a new attempt needs a folder of its own"
        )


def require_open(stages: Stages) -> None:
    """Refuse a folder that is not frozen, or void."""
    require_frozen(stages)
    if stages.void:
        raise InputFault(
            f"{stages.folder} is a void attempt; nothing more is drawn or given from it"
        )


def require_undrawn(stages: Stages) -> None:
    """Refuse a folder that cannot be drawn, or was."""
    require_open(stages)
    if stages.drawn:
        raise InputFault(
            f"{stages.folder} is drawn already; a draw is never repeated over an old one"
        )


def require_drawn(stages: Stages) -> None:
    """Refuse a folder that is not drawn."""
    require_frozen(stages)
    if not stages.drawn:
        folder = stages.folder
        raise InputFault(f"{folder} is not drawn yet; draw first: huiguan round draw {folder}")


def require_unallocated(stages: Stages) -> None:
    """Refuse a folder that cannot be allocated, or was."""
    require_open(stages)
    require_drawn(stages)
    if stages.allocated:
        raise InputFault(
            f"{stages.folder} has its result already and it is never written over; after answers "
            "to offers run it again with --answers"
        )


def require_result(stages: Stages) -> None:
    """Refuse a folder that has no result."""
    require_frozen(stages)
    folder = stages.folder
    if stages.void and not stages.allocated:
        raise InputFault(f"{folder} was declared void before it had a result; there is none to see")
    require_drawn(stages)
    if not stages.allocated:
        raise InputFault(
            f"{folder} has no result yet; allocate first: huiguan round allocate {folder}"
        )


def count_reruns(stages: Stages) -> int:
    """Return how many re-runs there are; ``CheckFault`` if they do not count 1, 2, 3..."""
    count = len(stages.reruns)
    odd = set(stages.reruns) - {str(step) for step in range(1, count + 1)}
    if odd:
        raise CheckFault(
            f"reruns/ of {stages.folder} does not count 1, 2, 3...: {min(odd)} has no place in it "
            "or one before it is missing"
        )
    return count
