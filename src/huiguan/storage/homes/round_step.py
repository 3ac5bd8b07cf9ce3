"""One step of a round, written whole or not at all, by one writer at a time.

What is new is written and flushed beside the folder, in ``.NAME.step``, which also carries the
lock; then it takes its names, the last file of the step last. What a killed step leaves there
nobody reads, and the next step clears it; nothing but a round's own files ever stands in the round.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.housing.round.stages import Stages
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.round_folder import stages_of
from huiguan.storage.lock import hold

NEW = "new"  # the folder in ``.NAME.step`` where the files of a step are written


@contextmanager
def hold_round(folder: Path, command: str, require: Callable[[Stages], None]) -> Iterator[Path]:
    """Hold a round for one step, from before it is read until it is written; yield where to write.

    ``require`` refuses a folder that is not ready for the step: before the lock is taken, for
    nothing is made then, and under it, for another step may have come first.
    """
    require(stages_of(folder))
    aside = folder.resolve()
    aside = aside.with_name(f".{aside.name}.step")
    with hold(aside, command):
        clear(aside)
        require(stages_of(folder))
        try:
            yield aside
        finally:
            clear(aside)
    with suppress(OSError):  # another step has begun in it
        aside.rmdir()


def clear(aside: Path) -> None:
    """Take away what a step left beside its round, and nothing else."""
    if (aside / NEW).exists():
        shutil.rmtree(aside / NEW)


def write_step(folder: Path, aside: Path, step: Mapping[str, bytes]) -> None:
    """Write the files of a step into the folder, in their order; the last one completes it.

    A folder that does not exist appears whole, and so does the folder of a re-run. Raises
    ``InputFault`` where something cannot be written; then the step has not happened.
    """
    files, new = Files(), aside / NEW
    try:
        for name, data in step.items():
            write_file(new / name, [data], files)
        if not folder.exists():
            files.rename(new, folder)
            files.flush_folder(folder.parent)
            return
        for unit in units(folder, step):
            files.make_folder((folder / unit).parent)
            files.rename(new / unit, folder / unit)
            files.flush_folder((folder / unit).parent)
    except OSError as fault:
        raise InputFault(
            f"{folder} can not be written: {fault.strerror}; the step has not happened: make room, "
            "and take it again"
        ) from fault


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
