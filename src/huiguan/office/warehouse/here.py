"""The warehouse folder of this hall, kept in memory of its office; its books beside it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from huiguan.foundation.faults import Fault
from huiguan.office.days import floor
from huiguan.office.display.here import shown
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.kept import KeptFolder

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.storage.warehouse.kept import Kept

FOLDER = "warehouse"  # beside the days of the hall


class NoWarehouse(Exception):  # noqa: N818  a state of the hall
    """This hall keeps no warehouse folder."""


class NotRead(Exception):  # noqa: N818  a state of the hall
    """The folder is being read for the first time."""


_folders: dict[Path, KeptFolder] = {}
_books: list[tuple[tuple[Path, ...], DeliveryBooks]] = []
_one = threading.Lock()


def folder() -> Path:
    """Return where the warehouse of this hall is, or would be."""
    return floor.hall() / FOLDER


def books() -> DeliveryBooks:
    """Return the books of delivery as they are now; they are read again with each circular."""
    folders = shown().folders
    with _one:
        if not _books or _books[0][0] != folders:
            _books[:] = [(folders, load_delivery_books(*folders))]
        return _books[0][1]


def kept() -> KeptFolder:
    """Return the folder that is kept, whatever is known of it yet."""
    place = folder()
    if not place.is_dir():
        raise NoWarehouse
    return _folders.setdefault(place, KeptFolder(place, books))


def house() -> Kept:
    """Return the folder as it stands; ``NoWarehouse``, or ``NotRead`` while it is read first."""
    found = kept().now()
    if found is None:
        raise NotRead
    return found


def keep_read() -> int:
    """Read what is new in the folder before a page asks; return how many steps came."""
    try:
        one = kept()
        before, after = one.known, one.now()
    except (NoWarehouse, Fault):  # the pages say so
        return 0
    return len(after.steps) - before if after else 0
