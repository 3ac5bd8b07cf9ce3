"""Release: the public gets what its profile names, after a check."""

from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.housing.round.stages import count_reruns
from huiguan.storage.homes.round_files import read_all
from huiguan.storage.homes.round_folder import (
    VOID,
    check_manifest,
    commitment_of,
    read_profile,
    stages_of,
    write_files,
)


def release_round(folder: Path, target: Path) -> list[str]:
    """Copy what the public may see into ``target``; return the names copied."""
    if (target / "MANIFEST").exists() and commitment_of(target) != commitment_of(folder):
        raise InputFault(f"{target} holds another round; release into a folder of its own")
    if target.exists() and target.samefile(folder):
        raise InputFault(f"{target} is the round itself; release into a folder of its own")
    stages = stages_of(folder)
    names = {"MANIFEST", *check_manifest(folder, "MANIFEST", sealed_may_miss=True)}
    if stages.allocated:
        names |= {"RESULT", *check_manifest(folder, "RESULT", sealed_may_miss=True)}
    if stages.void:
        names.add(VOID)
    for step in range(1, count_reruns(stages) + 1):
        listed = check_manifest(folder, f"reruns/{step}/RESULT", sealed_may_miss=True)
        names |= {f"reruns/{step}/RESULT", *listed} - {f"reruns/{step}/answers.csv"}
    sealed = read_profile(folder).sealed
    names = {name for name in names if Path(name).name not in sealed}
    order = sorted(names, reverse=True)  # the manifests last
    write_files(target, read_all(folder, order))
    return sorted(names)
