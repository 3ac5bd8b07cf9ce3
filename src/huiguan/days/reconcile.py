"""Reconcile two days: the second's morning follows from the first's result and instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.days.cleared import read_closed
from huiguan.exchange.reports.differences import reconcile
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.opening import read_opening

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.rules.rows import Books


def reconcile_folders(root: Path, target: Path, books: Books) -> list[str]:
    """Return every difference between the image in ``target`` and what follows from ``root``."""
    image, result, _ = read_closed(root)
    orders = read_opening(target).instructions
    return reconcile(image, result, books, orders, read_image(DayFolder(target).image))
