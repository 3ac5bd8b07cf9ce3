"""Several files and folders of one folder, changed in one step.

What is new is written beside what it replaces, under names that end in ``.new``, and flushed. Then
one file, ``CHANGE``, names what takes whose place. As soon as it stands, the change is made:
whoever opens the folder next carries out the renames that are left. Before that nothing has
changed, and what ends in ``.new`` is waste that nobody reads.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import NEW, Files, write_file
from huiguan.storage.lock import LOCK, hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CHANGE = "CHANGE"


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What takes whose place; names stand directly in the folder.

    ``NAME.new`` takes the name of each of ``new``. Before that, what stood under a name of
    ``kept`` goes to its place (folders between with ``/``), where nothing stands. A folder is
    replaced only where it is kept.
    """

    new: list[str]
    kept: dict[str, str] = {}

    def after(self, present: Iterable[str]) -> dict[str, str]:
        """Return the files that are there after the change, each with its name before it."""
        found = {}
        for name in present:
            top, slash, rest = name.partition("/")
            if top in self.kept:
                found[self.kept[top] + slash + rest] = name
            elif top.removesuffix(NEW) in self.new:
                if top.endswith(NEW) and not rest.endswith(NEW):
                    found[top.removesuffix(NEW) + slash + rest] = name
            elif is_content(name):
                found[name] = name
        return found


def is_content(name: str) -> bool:
    """Return whether a file of a folder belongs to it, and is no waste, lock or change."""
    return name not in (LOCK, CHANGE) and not any(p.endswith(NEW) for p in name.split("/"))


def files_of(root: Path) -> list[str]:
    """Return every file below ``root``, what is being written included, sorted."""
    paths = (path for path in root.rglob("*") if path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in paths)


def aside(path: Path) -> Path:
    """Return where what is to stand at ``path`` is written; what was left there is removed."""
    place = path.with_name(path.name + NEW)
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    return place


def draft(root: Path, name: str) -> Path:
    """Return where a file is written that will be ``name`` (folders with ``/``) after a change."""
    top, slash, rest = name.partition("/")
    return root / (top + NEW + slash + rest)


@contextmanager
def changing(root: Path, change: Change, files: Files) -> Iterator[None]:
    """Write every ``NAME.new`` in the block, whole and flushed; at its end the change is made.

    The caller holds ``root``. After a fault nothing has changed, and what was written is removed;
    or the change is made, and the next command finishes it.
    """
    finish_held_change(root, files)
    for name in change.new:
        aside(root / name)
    try:
        yield
        make_change(root, change, files)
    except Exception:
        if not (root / CHANGE).exists():
            for name in (*change.new, CHANGE):
                aside(root / name)
        raise


def left_behind(root: Path) -> list[str]:
    """Return what a command that was interrupted before its change left in ``root``."""
    return sorted(path.name for path in root.glob("*" + NEW))


def make_change(root: Path, change: Change, files: Files) -> None:
    """Change what stands in ``root``; the caller holds it. Every ``NAME.new`` is whole and flushed.

    Raises ``InputFault`` when a call fails; then nothing has changed, or the change is made and
    the next command finishes it.
    """
    for name in change.new:
        assert name in change.kept or not (root / name).is_dir(), f"{name} would be lost"
    for place in change.kept.values():
        assert not (root / place).exists(), place
        try:
            files.make_folder((root / place).parent)
        except OSError as fault:
            raise InputFault(
                f"{root / place} can not be made: {fault.strerror}; make room; nothing was changed"
            ) from fault
    write_file(root / CHANGE, [msgspec.json.encode(change) + b"\n"], files)
    _carry_out(root, change, files)


def finish_change(root: Path) -> bool:
    """Finish a change that was made and interrupted; return whether there was one.

    Every command that reads or writes a folder calls this first.
    """
    if not (root / CHANGE).exists():
        return False
    with hold(root, "finishes an interrupted change"):
        return finish_held_change(root, Files())


def finish_held_change(root: Path, files: Files) -> bool:
    """Finish an interrupted change of a folder that the caller holds."""
    try:
        change = msgspec.json.decode((root / CHANGE).read_bytes(), type=Change)
    except FileNotFoundError:
        return False
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{root / CHANGE} is damaged ({fault}); restore the folder") from fault
    for name in (*change.new, *change.kept, *change.kept.values()):
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise CheckFault(f"{root / CHANGE} is damaged: {name} leads out of the folder")
    _carry_out(root, change, files)
    return True


def _carry_out(root: Path, change: Change, files: Files) -> None:
    """Do the renames that are left, then take ``CHANGE`` away; may begin anew at any point."""
    try:
        for name, place in change.kept.items():
            if not (root / place).exists():
                files.rename(root / name, root / place)
                files.flush_folder((root / place).parent)
        files.flush_folder(root)
        for name in change.new:
            if (root / (name + NEW)).exists():
                files.rename(root / (name + NEW), root / name)
        files.flush_folder(root)
        files.remove(root / CHANGE)
        files.flush_folder(root)
    except OSError as fault:
        raise InputFault(
            f"the change of {root} is made and not finished ({fault.strerror}); repair the disk,"
            " and the next command finishes it"
        ) from fault
