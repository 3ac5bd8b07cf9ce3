"""The database of an office: its tables brought up to date, the first people, the proof of it."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

from huiguan.foundation.faults import InputFault
from huiguan.office.config.place import DATA, know_place
from huiguan.office.config.stores import DATABASE_NAME, KIND_NAME, URL_NAME, check_kind, keep_kind
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage


def open_database(folder: Path) -> None:
    """Let this process know the database of a hall's office; services may be called then."""
    know_place(folder)
    reach(folder)


def reach(folder: Path) -> None:
    """Connect to the database of a hall's office; raises ``InputFault`` where that fails."""
    check_kind(folder / DATA, url())
    django.setup()
    from django.db import OperationalError, connection  # noqa: PLC0415  after the set-up

    try:
        connection.ensure_connection()
    except OperationalError as fault:
        said = " ".join(str(fault).split())
        raise InputFault(f"the database of the office does not answer: {said}") from None


def url() -> str:
    """Return the address of the server that has the database, or nothing: it is a file."""
    return os.environ.get(URL_NAME, "")


def has_database(folder: Path) -> bool:
    """Return whether a hall has an office already."""
    return any((folder / DATA / name).exists() for name in (DATABASE_NAME, KIND_NAME))


def steps_to_take() -> list[str]:
    """Return the names of the steps that the tables are behind."""
    from django.db import connection  # noqa: PLC0415  after the set-up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  the same

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label} {step.name}" for step, _ in plan]


def migrate(folder: Path) -> list[str]:
    """Bring the tables up to date; return the names of the steps that were taken."""
    keep_kind(folder / DATA, url())
    steps = steps_to_take()
    call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    return steps


def newest_image(folder: Path) -> DayImage | None:
    """Return the morning of the newest day of a hall; None where it has none."""
    days = sorted((folder / "days").glob("[0-9]" * 8 + "/image"))
    return read_image(days[-1]) if days else None


def prepare(folder: Path, say: Callable[[str], None], language: str = "en") -> None:
    """Make ready what a start needs: tables, the first people, no session of long ago."""
    from huiguan.office.members.bindings import bind_first_people  # noqa: PLC0415  the same
    from huiguan.office.people.first import is_empty, make_first_people  # noqa: PLC0415  the same
    from huiguan.office.register.adopting import adopt  # noqa: PLC0415  the same
    from huiguan.office.persons.data import check_keys, destroy_erased  # noqa: PLC0415  the same

    migrate(folder)
    check_keys()
    destroy_erased()
    call_command("clearsessions")
    if (image := newest_image(folder)) is not None:
        adopt(image)
    if is_empty():
        made = make_first_people(language=language)
        if image is not None:
            bind_first_people(image)
        say("office: users to try each role with; their passwords are shown once:")
        for name, password in made.items():
            say(f"  {name:<16} {password}")
