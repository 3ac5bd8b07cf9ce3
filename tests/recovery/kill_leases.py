"""A node whose children work on a folder of leases: ``python -m tests.recovery.kill_leases BASE``.

The words of a command: an act of ``ACTS`` and the folder.
"""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from huiguan.leasing.books import close_folder, pay_folder
from huiguan.storage.files import Files
from huiguan.storage.homes import leases
from huiguan.storage.homes.rules import read_home_rules
from tests.recovery.nodes import serve

RULES = read_home_rules()
ACTS: dict[str, Callable[[Path, Path], object]] = {
    "close": lambda _, folder: close_folder(folder, date(2026, 11, 1), RULES),
    "pay": lambda base, folder: pay_folder(folder, base / "bank.csv", "rents", dry=False),
}


def take(act: str, base: Path, folder: Path, files: Files) -> None:
    """Take an act on a folder with these files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leases, "Files", lambda: files)
        ACTS[act](base, folder)


if __name__ == "__main__":
    base = Path(sys.argv[1])
    serve(lambda words, files: take(words[0], base, Path(words[1]), files))
