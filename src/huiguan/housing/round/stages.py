"""How far a round folder has come; each step asks for the one before it.

A step counts as done when its last file stands under its name: ``MANIFEST``, ``draw.toml``,
``RESULT``. The files of a step appear together or not at all; older versions let them appear one by
one, the last one last, and a step of theirs that was cut short is taken again. A file of a later
step without the last of an earlier one is nobody's work.
"""

from typing import NamedTuple

from huiguan.foundation.faults import CheckFault, InputFault

STEP = ("answers.csv", "cutoffs.csv", "results.csv", "RESULT")
LEAVES = {"draw.toml": {"tickets.csv"}, "RESULT": {"cutoffs.csv", "results.csv"}}


class Stages(NamedTuple):
    """What stands in a folder."""

    folder: str  # as the person named it
    exists: bool
    names: frozenset[str]  # of all files, "/" between folders
    odd: tuple[str, ...]  # of these, what is no plain file

    @property
    def frozen(self) -> bool:
        """Whether the freeze is done."""
        return "MANIFEST" in self.names

    @property
    def drawn(self) -> bool:
        """Whether the draw is done."""
        return "draw.toml" in self.names

    @property
    def allocated(self) -> bool:
        """Whether there is a result."""
        return "RESULT" in self.names

    @property
    def void(self) -> bool:
        """Whether something declares the attempt void."""
        return "VOID" in self.names

    @property
    def reruns(self) -> set[str]:
        """The names of the folders of re-runs."""
        return {name.split("/")[1] for name in self.names if name.startswith("reruns/")}

    @property
    def last(self) -> str:
        """The last file of the chain of steps."""
        if self.reruns:
            return f"reruns/{count_reruns(self)}/RESULT"
        return "RESULT" if self.allocated else "draw.toml" if self.drawn else "MANIFEST"


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


def require_plain(stages: Stages) -> None:
    """Refuse a folder with links, pipes, devices, sockets, or folders no round has."""
    if stages.odd:
        raise CheckFault(
            f"{stages.odd[0]!a} is no plain file of a round, so the folder is not the one that was "
            "written; take it out and see who put it there"
        )


def require_in_order(stages: Stages) -> None:
    """Refuse a folder that lacks the last file of a step and has what comes after it."""
    if stages.reruns and not stages.allocated:
        raise lacking("RESULT", "reruns/")
    if (stages.allocated or stages.reruns) and not stages.drawn:
        raise lacking("draw.toml", "RESULT")


def lacking(missing: str, later: str) -> CheckFault:
    """Return the sentence about a stage file that is gone while a later one stands."""
    return CheckFault(
        f"{missing} is missing, and {later} stands there: it was taken away, or {later} is forged; "
        "nothing may be proved or written until the file is back"
    )


def require_open(stages: Stages) -> None:
    """Refuse a folder that is not frozen, or void."""
    require_frozen(stages)
    require_plain(stages)
    require_in_order(stages)
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
    require_plain(stages)
    require_in_order(stages)
    require_whole_steps(stages)
    folder = stages.folder
    if stages.void and not stages.allocated:
        raise InputFault(f"{folder} was declared void before it had a result; there is none to see")
    require_drawn(stages)
    if not stages.allocated:
        raise InputFault(
            f"{folder} has no result yet; allocate first: huiguan round allocate {folder}"
        )


def require_whole_steps(stages: Stages) -> None:
    """Refuse a folder with files of a step whose last file is missing."""
    for last, leaves in LEAVES.items():
        left = sorted(leaves & stages.names)
        if last not in stages.names and left:
            step = "draw" if last == "draw.toml" else "allocate"
            raise CheckFault(
                f"{left[0]} stands there without {last}, which comes last: the step was cut short, "
                f"or {last} was taken away; if it was cut short take it again: huiguan round "
                f"{step} {stages.folder}"
            )


def count_reruns(stages: Stages) -> int:
    """Return how many re-runs there are; ``CheckFault`` if they do not count 1, 2, 3..."""
    count = len(stages.reruns)
    odd = stages.reruns - {str(step) for step in range(1, count + 1)}
    if odd:
        raise CheckFault(
            f"reruns/ of {stages.folder} does not count 1, 2, 3...: {min(odd)} has no place in it "
            "or one before it is missing"
        )
    return count


def files_due(stages: Stages, frozen: set[str]) -> set[str]:
    """Return the names a folder has at its stage; ``frozen`` are those that MANIFEST lists."""
    due = frozen | {"MANIFEST"}
    if stages.drawn:
        due |= {"draw.toml"} | LEAVES["draw.toml"]
    if stages.allocated:
        due |= {"RESULT"} | LEAVES["RESULT"]
    if stages.void:
        due |= {"VOID"}
    for step in range(1, count_reruns(stages) + 1):
        due |= {f"reruns/{step}/{name}" for name in STEP}
    return due
