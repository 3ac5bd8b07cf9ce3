"""The day image in its folder: settings and names as JSON, one table a noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.exchange.day.image import BEHAVIOUR, IMAGE_FORMAT, DayImage
from huiguan.foundation.faults import CheckFault
from huiguan.storage.table_folder import folder_files, read_folder, write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huiguan.storage.files import Bytes, Files


def write_image(folder: Path, image: DayImage, files: Files | None = None) -> None:
    """Write the image into ``folder`` (the ``image`` of a day folder), its JSON last."""
    write_folder(folder, image, files)


def image_files(image: DayImage) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of ``image/`` and their parts: the tables, then ``image.json``."""
    return folder_files("image", image)


def read_image(folder: Path) -> DayImage:
    """Return the image of ``folder``; a damaged or newer one is refused in one sentence."""
    image, _ = read_folder(folder, DayImage)
    settings = image.settings
    if (settings.image_format, settings.behaviour) != (IMAGE_FORMAT, BEHAVIOUR):
        raise CheckFault(
            f"the image in {folder} is of format {settings.image_format} and behaviour "
            f"{settings.behaviour}, this code of {IMAGE_FORMAT} and {BEHAVIOUR}; "
            "run it with the code that wrote it",
        )
    return image
