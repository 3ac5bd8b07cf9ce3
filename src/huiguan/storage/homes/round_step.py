"""One step of a round, taken whole or not at all, by one writer at a time.

What is new is written and flushed beside the folder, in ``.NAME.step/new``, where nobody reads it.
Then one file, ``.NAME.step/STEP``, names what takes its place in the round. As soon as it stands,
the step is taken: whoever opens the round next carries out the renames that are left. Before that
the round is as it was, and the next step clears what was written. A step that is one rename (a
round that appears, a re-run, a declaration of void) needs no ``STEP``. ``.NAME.step`` also carries
the lock; nothing but a round's own files ever stands in the round.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.stages import Stages
from huiguan.storage.files import NEW as UNFINISHED
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.round_files import hash_plain
from huiguan.storage.homes.round_folder import stages_of
from huiguan.storage.lock import hold

NEW, TAKEN = "new", "STEP"  # in ``.NAME.step``: where a step is written, and what takes it


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that is taken: of the round with this MANIFEST, these names, in this order."""

    manifest: str  # its SHA-256
    units: list[str]


def beside(folder: Path) -> Path:
    """Return the folder beside a round in which its steps are written."""
    folder = folder.resolve()
    return folder.parent / f".{folder.name}.step"


def open_round(folder: Path) -> Stages:
    """Return what stands in a round, once a step that was taken and interrupted is finished.

    Whoever reads a round opens it so. Raises ``InputFault`` naming the process that is just putting
    a step in its place.
    """
    while True:
        finish_step(folder)
        found = stages_of(folder)
        if not (beside(folder) / TAKEN).exists():
            return found


def finish_step(folder: Path) -> bool:
    """Finish a step that was taken and interrupted; return whether there was one."""
    if not (beside(folder) / TAKEN).exists():
        return False
    with holding(folder, "round (finishes an interrupted step)") as aside:
        return _finish(folder, aside)


def left_behind(folder: Path) -> bool:
    """Return whether an interrupted step left files beside a round that will not be used."""
    aside = beside(folder)
    left = any(path.is_file() for path in (aside / NEW).rglob("*"))
    return left and not (aside / TAKEN).exists()


@contextmanager
def holding(folder: Path, command: str) -> Iterator[Path]:
    """Hold what lies beside a round, and take it away at the end if nothing is left in it."""
    aside = beside(folder)
    with hold(aside, command):
        yield aside
    with suppress(OSError):  # another step has begun in it, or one is not finished
        aside.rmdir()


@contextmanager
def hold_round(folder: Path, command: str, require: Callable[[Stages], None]) -> Iterator[Path]:
    """Hold a round for one step, from before it is read until it is written; yield where to write.

    ``require`` refuses a folder that is not ready for the step: before the lock is taken, for
    nothing is made then, and under it, for another step may have come first.
    """
    require(open_round(folder))
    with holding(folder, command) as aside:
        _finish(folder, aside)
        require(stages_of(folder))
        try:
            yield aside
        finally:
            _clear(aside)


def write_step(folder: Path, aside: Path, step: Mapping[str, bytes]) -> None:
    """Write the files of a step and take it: the folder has all of them, or none.

    Raises ``InputFault`` where something cannot be written; then the step has not happened, or it
    is taken and the next command finishes it.
    """
    files, new = Files(), aside / NEW
    for name, data in step.items():
        write_file(new / name, [data], files)
    found = units(folder, step) if folder.exists() else [""]
    try:
        files.flush_folder(aside.parent)
    except OSError as fault:
        raise InputFault(f"{folder} can not be written: {fault.strerror}; make room") from fault
    if len(found) > 1:
        manifest = hash_plain(new if "MANIFEST" in step else folder, "MANIFEST")
        data = msgspec.json.encode(Taken(manifest, found)) + b"\n"
        write_file(aside / TAKEN, [data], files)
    _put(folder, aside, found, files)


def units(folder: Path, step: Mapping[str, bytes]) -> list[str]:
    """Return what is renamed at once, in order: files, and folders of re-runs as wholes."""
    found = []
    for name in step:
        if name.startswith("reruns/"):
            there = (folder / "reruns").exists()
            found.append("/".join(name.split("/")[: 2 if there else 1]))
        else:
            found.append(name)
    return list(dict.fromkeys(found))


def _finish(folder: Path, aside: Path) -> bool:
    """Finish a taken step, or clear one that was not; the caller holds the round."""
    path = aside / TAKEN
    try:
        taken = msgspec.json.decode(path.read_bytes(), type=Taken)
    except FileNotFoundError:
        _clear(aside)
        return False
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the round") from fault
    for unit in taken.units:
        if PurePosixPath(unit).is_absolute() or ".." in PurePosixPath(unit).parts:
            raise CheckFault(f"{path} is damaged: {unit} leads out of the round")
    there = folder if (folder / "MANIFEST").exists() else aside / NEW
    if not (there / "MANIFEST").exists() or hash_plain(there, "MANIFEST") != taken.manifest:
        raise CheckFault(
            f"{path} is a step of another round than the one in {folder}, so it is not finished;"
            f" bring that round back, or take {aside} away"
        )
    _put(folder, aside, taken.units, Files())
    _clear(aside)
    return True


def _put(folder: Path, aside: Path, found: Sequence[str], files: Files) -> None:
    """Do the renames that are left, then take ``STEP`` away; may begin anew at any point."""
    new = aside / NEW
    try:
        for unit in found:
            if (new / unit).exists():
                files.make_folder((folder / unit).parent)
                files.rename(new / unit, folder / unit)
                files.flush_folder((folder / unit).parent)
        if (aside / TAKEN).exists():
            files.remove(aside / TAKEN)
            files.flush_folder(aside)
    except OSError as fault:
        then = "the step is taken: repair the disk, and the next command finishes it"
        if not (aside / TAKEN).exists() and (new / found[0]).exists():
            then = "the step has not happened: make room, and take it again"
        raise InputFault(f"{folder} can not be written: {fault.strerror}; {then}") from fault


def _clear(aside: Path) -> None:
    """Take away what a step that was not taken left beside its round, and nothing else."""
    if (aside / TAKEN).exists():
        return
    (aside / (TAKEN + UNFINISHED)).unlink(missing_ok=True)
    if (aside / NEW).exists():
        shutil.rmtree(aside / NEW)
