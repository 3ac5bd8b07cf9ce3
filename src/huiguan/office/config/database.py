"""The database of an office: its tables brought up to date, the first people, the proof of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

from huiguan.office.config.place import DATA, DATABASE_NAME, know_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_database(folder: Path) -> None:
    """Let this process know the database of a hall's office; services may be called then."""
    know_place(folder)
    django.setup()


def has_database(folder: Path) -> bool:
    """Return whether a hall has an office already."""
    return (folder / DATA / DATABASE_NAME).exists()


def steps_to_take() -> list[str]:
    """Return the names of the steps that the tables are behind."""
    from django.db import connection  # noqa: PLC0415  after the set-up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  the same

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label} {step.name}" for step, _ in plan]


def migrate() -> list[str]:
    """Bring the tables up to date; return the names of the steps that were taken."""
    steps = steps_to_take()
    call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    return steps


def prepare(say: Callable[[str], None], language: str = "en") -> None:
    """Make ready what a start needs: tables, the first people, no session of long ago."""
    from huiguan.office.people.first import is_empty, make_first_people  # noqa: PLC0415  the same

    migrate()
    call_command("clearsessions")
    if is_empty():
        made = make_first_people(language=language)
        say("office: users to try each role with; their passwords are shown once:")
        for name, password in made.items():
            say(f"  {name:<16} {password}")
