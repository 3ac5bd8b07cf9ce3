"""Check a round folder on disk: manifests, canonical form, then every row (``housing.check``)."""

from pathlib import Path

from huiguan.foundation.faults import CheckFault, Fault
from huiguan.housing.check.rerun import check_reruns
from huiguan.housing.check.rows import Finding
from huiguan.housing.check.whole import examine_round
from huiguan.housing.round.stages import count_reruns, require_result
from huiguan.housing.round.value import check_value
from huiguan.storage.homes.round_folder import (
    OUTCOME,
    check_manifest,
    commitment_of,
    read_draw,
    read_frozen,
    read_outcome,
    read_rerun,
    stages_of,
)


def check_folder(folder: Path) -> list[Finding]:
    """Return every finding of an allocated folder with its sealed files, and of its re-runs."""
    stages = stages_of(folder)
    require_result(stages)
    try:
        frozen = read_frozen(folder)
        listed = check_manifest(folder, "RESULT", sealed_may_miss=False)
        if listed != sorted(("MANIFEST", *OUTCOME)):
            raise CheckFault("RESULT does not list the files of a draw and its result")
        record = read_draw(folder)
        check_value(frozen.head, commitment_of(folder), record)
        outcome = read_outcome(folder, frozen)
        examined = examine_round(frozen, commitment_of(folder), record.value, outcome)
        if isinstance(examined, list):
            return examined
        if examined.findings:
            return examined.findings
        steps = range(1, count_reruns(stages) + 1)
        reruns = [read_rerun(folder, step, frozen, outcome) for step in steps]
    except Fault as fault:
        return [Finding("folder", str(folder), "", str(fault))]
    return check_reruns(frozen, examined, reruns)
