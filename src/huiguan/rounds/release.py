"""Release: the public gets what its profile names, after a check of everything."""

from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.housing.round.publication import public_names
from huiguan.housing.round.stages import Stages, count_reruns, require_frozen, require_plain
from huiguan.rounds.check import require_right
from huiguan.storage.homes.round_files import hash_all, hashes_of, read_all
from huiguan.storage.homes.round_folder import (
    VOID,
    check_manifest,
    read_profile,
    stages_of,
)
from huiguan.storage.homes.round_step import hold_round, open_round, write_step

LAST = ("draw.toml", "RESULT")  # of their steps; what comes after them comes later still


def release_round(folder: Path, target: Path) -> list[str]:
    """Copy what the public may see into ``target``; return the names of all it holds.

    The round is checked first, whatever it says of itself; one finding, and nothing is released.
    """
    require_right(folder, "nothing is released")
    return copy_public(folder, target)


def copy_public(folder: Path, target: Path) -> list[str]:
    """Copy the public files of a round that was checked; return the names of all there are."""
    if target.exists() and target.samefile(folder):
        raise InputFault(f"{target} is the round itself; release into a folder of its own")
    stages = open_round(folder)
    require_frozen(stages)
    require_plain(stages)
    names = {"MANIFEST"} | check_manifest(folder, "MANIFEST", sealed_may_miss=True)
    lists = ["RESULT"] if stages.allocated else []
    lists += [f"reruns/{step}/RESULT" for step in range(1, count_reruns(stages) + 1)]
    for name in lists:
        names |= {name} | check_manifest(folder, name, sealed_may_miss=True)
    names |= {"draw.toml", "tickets.csv"} if stages.drawn else set()
    names |= {VOID} if stages.void else set()
    released = sorted(public_names(names, read_profile(folder)))
    files = read_all(folder, released)
    with hold_round(target, "round release", lambda there: require_same(there, files)) as aside:
        there = stages_of(target).names
        new = [name for name in released if name not in there]
        new.sort(key=lambda name: (name.startswith(("reruns/", VOID)), name in LAST, name))
        if target.is_dir() and not there:
            target.rmdir()
        write_step(target, aside, {name: files[name] for name in new})
    return released


def require_same(there: Stages, files: dict[str, bytes]) -> None:
    """Refuse a folder that holds another round, or anything a release would not write."""
    if not there.names:
        return
    require_plain(there)
    known = sorted(there.names & files.keys())
    hashes = hashes_of({name: files[name] for name in known})
    found = hash_all(Path(there.folder), known)
    if "MANIFEST" not in known or found["MANIFEST"] != hashes["MANIFEST"]:
        raise InputFault(f"{there.folder} holds another round; release into a folder of its own")
    odd = sorted(there.names - files.keys()) + [n for n in known if found[n] != hashes[n]]
    if odd:
        raise InputFault(
            f"{odd[0]!a} in {there.folder} is not what the round releases; release into a "
            "folder of its own"
        )
