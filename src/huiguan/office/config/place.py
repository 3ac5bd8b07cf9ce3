"""Where an office is, and what Django has to know of it before its first page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from huiguan.office.feed.follower import HallPlaces

OFFICE_NAME = "office.json"
DATA = "office"
PERSONS = "persons"
PERSON_KEYS_NAME = "HUIGUAN_PERSON_KEYS"


class OfficeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the office of a hall runs."""

    folder: Path  # of the hall
    places: HallPlaces
    host: str
    port: int
    is_loopback: bool
    tls_cert: str = ""
    tls_key: str = ""
    rulebook: list[str] = []
    second_factor: bool = False  # asked of staff


class OfficeOpen(msgspec.Struct, frozen=True):
    """Where the pages of a running hall are."""

    url: str
    port: int


def person_keys(data: Path) -> Path:
    """Return where the keys of persons are: beside the database, or where the hall keeps them."""
    return Path(os.environ.get(PERSON_KEYS_NAME) or data / PERSONS)


def know_place(folder: Path, reach: str = "loopback") -> None:
    """Let Django know the office of a hall; what it imports from here on may ask for settings."""
    os.environ["HUIGUAN_OFFICE_DATA"] = str(folder / DATA)
    os.environ["HUIGUAN_OFFICE_REACH"] = reach
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiguan.office.config.settings"


def know_settings(settings: OfficeSettings) -> None:
    """Let Django know this office and who can come to it."""
    reach = "tls" if settings.tls_cert else "loopback" if settings.is_loopback else "open"
    know_place(settings.folder, reach)
    os.environ["HUIGUAN_OFFICE_SECOND_FACTOR"] = "asked" if settings.second_factor else ""
