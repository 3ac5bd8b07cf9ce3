"""The day image in its folder: settings and names as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.day.image import (
    BEHAVIOUR,
    IMAGE_FORMAT,
    LATER,
    TABLES,
    DayImage,
    Names,
    Settings,
)
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import table_layout
from huiguan.storage.market.day_folder import read_table_folder, write_table_folder

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.storage.files import Files

LAYOUTS = {name: table_layout(record) for name, record in TABLES.items()}


def write_image(folder: Path, image: DayImage, files: Files | None = None) -> None:
    """Write the image into ``folder`` (the ``image`` of a day folder), whole or not at all."""
    settings = {
        "settings": msgspec.to_builtins(image.settings),
        "names": msgspec.to_builtins(image.names),
    }
    tables = {name: getattr(image, name) for name in TABLES}
    kept = {name: rows for name, rows in tables.items() if len(rows) or name not in LATER}
    write_table_folder(folder, settings, kept, files)


def read_image(folder: Path) -> DayImage:
    """Return the image of ``folder``; a damaged or newer one is refused in one sentence."""
    content = read_table_folder(folder, LAYOUTS, LATER)
    try:
        settings = msgspec.convert(content.settings["settings"], Settings)
        names = msgspec.convert(content.settings["names"], Names)
    except (KeyError, msgspec.ValidationError) as fault:
        raise CheckFault(f"the image in {folder} is damaged ({fault}); restore it") from fault
    if (settings.image_format, settings.behaviour) != (IMAGE_FORMAT, BEHAVIOUR):
        raise CheckFault(
            f"the image in {folder} is of format {settings.image_format} and behaviour "
            f"{settings.behaviour}, this code of {IMAGE_FORMAT} and {BEHAVIOUR}; "
            "run it with the code that wrote it",
        )
    return DayImage(settings=settings, names=names, **content.tables)
