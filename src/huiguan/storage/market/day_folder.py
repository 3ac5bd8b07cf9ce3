"""The folder of a trading day: what goes in, what happened, what came out, and a list of it all.

    image/      image.json and one table a noun: everything the day depends on
    journal/    every command, in order
    snapshots/  states on the way, to start from
    result/     result.json and one table a noun
    versions/   what corrections took the place of
    MANIFEST    SHA-256 of every other file; ``sha256sum -c MANIFEST`` agrees

Image and result are both settings and tables (``storage.table_folder``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.change import Change, aside, files_of, is_content
from huiguan.storage.files import Files, write_file
from huiguan.storage.manifest import hash_files, manifest_bytes, parse_manifest

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "MANIFEST"


class DayFolder(NamedTuple):
    """Where everything of a day stands."""

    root: Path

    @property
    def image(self) -> Path:
        return self.root / "image"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def result(self) -> Path:
        return self.root / "result"


def refuse_unbegun(root: Path) -> None:
    """Refuse a day that is open and has not begun: nothing can be read of it, the step is named."""
    folder = DayFolder(root)
    if (folder.image / "image.json").exists() and not folder.journal.exists():
        raise InputFault(
            f"{root} is open and its trading has not begun, so there is nothing to see or to clear"
            f" yet; run it with `huiguan day run {root} --orders FILE.csv`"
        )


def write_manifest(root: Path, files: Files | None = None, change: Change | None = None) -> None:
    """List every file of the folder with its SHA-256.

    With a ``change`` that takes a manifest in: as the folder is after it, beside the old list.
    """
    after = (change or Change([])).after(files_of(root))
    names = sorted(name for name in after if name != MANIFEST)
    hashes = hash_files([root / after[name] for name in names])
    data = manifest_bytes(dict(zip(names, hashes, strict=True)))
    path = root / MANIFEST
    write_file(aside(path) if change else path, [data], files or Files())


def verify_manifest(root: Path, but: str = "-") -> int:
    """Return how many files the manifest lists and proves; name the first that is wrong.

    Names that begin with ``but`` are passed over: a result may be half written when it is made.
    """
    try:
        data = (root / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise InputFault(
            f"{root} has no {MANIFEST}: its day was not run to the end, so nothing can be verified"
        ) from None
    listed = {
        name: sha256
        for name, sha256 in parse_manifest(data, str(root / MANIFEST)).items()
        if not name.startswith(but)
    }
    present = {name for name in _names(root) if not name.startswith(but)}
    every = sorted(present | set(listed))
    for name, found in zip(every, hash_files([root / name for name in every]), strict=True):
        if name not in present:
            raise CheckFault(f"{root / name} is listed in {MANIFEST} and missing")
        if name not in listed:
            raise CheckFault(f"{root / name} is not listed in {MANIFEST}")
        if found != listed[name]:
            raise CheckFault(f"{root / name} is not the file that {MANIFEST} lists")
    return len(listed)


def _names(root: Path) -> list[str]:
    """Return every file below ``root`` that a manifest lists."""
    return [name for name in files_of(root) if is_content(name) and name != MANIFEST]
