"""Check a round folder: its files, their one spelling, then every row (``housing.check``)."""

from pathlib import Path

from huiguan.foundation.faults import CheckFault, Fault
from huiguan.housing.check.rerun import check_reruns
from huiguan.housing.check.rows import Finding, check_frozen
from huiguan.housing.check.whole import check_tickets, examine_round
from huiguan.housing.round.stages import (
    Stages,
    count_reruns,
    files_due,
    require_frozen,
    require_in_order,
    require_plain,
    require_result,
    require_whole_steps,
)
from huiguan.housing.round.value import check_value
from huiguan.rounds.void import read_void
from huiguan.storage.homes.round_folder import (
    OUTCOME,
    check_manifest,
    commitment_of,
    read_draw,
    read_frozen,
    read_outcome,
    read_rerun,
    read_tickets,
)
from huiguan.storage.homes.round_step import open_round


def check_folder(folder: Path | str) -> list[Finding]:
    """Return every finding of a folder with its sealed files: of a result, and of its re-runs.

    A round that has no result yet is an ``InputFault``; an attempt that is void is checked as far
    as it came, by the same rules.
    """
    folder = Path(folder)
    stages = open_round(folder)
    require_frozen(stages)
    try:
        require_plain(stages)
        require_in_order(stages)
        require_whole_steps(stages)
        if not stages.void or stages.allocated:
            require_result(stages)
        return check_stages(folder, stages)
    except CheckFault as fault:
        return [Finding("folder", str(folder), "", str(fault))]


def require_right(folder: Path, then: str) -> None:
    """Refuse a round with any finding; ``then`` says what is not done with it."""
    findings = check_folder(folder)
    if findings:
        count = f"{len(findings):,} finding{'' if len(findings) == 1 else 's'}"
        raise CheckFault(f"{count}, {then}; the first: {findings[0].told()}")


def check_stages(folder: Path, stages: Stages) -> list[Finding]:
    """Return what is wrong with the files of a folder, and then with their rows."""
    try:
        listed = check_manifest(folder, "MANIFEST", sealed_may_miss=False)
        odd = sorted(stages.names ^ files_due(stages, listed))
        if odd:
            what = "has no place in a round" if odd[0] in stages.names else "is missing"
            raise CheckFault(f"{odd[0]!a} {what} at this stage")
        frozen = read_frozen(folder)
        commitment = commitment_of(folder)
        if stages.void:
            read_void(folder, stages, frozen.head)
        if not stages.drawn:
            return check_frozen(frozen)
        record = read_draw(folder)
        check_value(frozen.head, commitment, record)
        if not stages.allocated:
            return (
                check_frozen(frozen)
                or check_tickets(frozen, commitment, record.value, read_tickets(folder, frozen))[1]
            )
        if check_manifest(folder, "RESULT", sealed_may_miss=False) != {"MANIFEST", *OUTCOME}:
            raise CheckFault("RESULT does not list the files of a draw and its result")
        outcome = read_outcome(folder, frozen)
        examined = examine_round(frozen, commitment, record.value, outcome)
        if isinstance(examined, list):
            return examined
        if examined.findings:
            return examined.findings
        steps = range(1, count_reruns(stages) + 1)
        reruns = [read_rerun(folder, step, frozen, outcome) for step in steps]
    except Fault as fault:
        return [Finding("folder", str(folder), "", str(fault))]
    return check_reruns(frozen, examined, reruns)
