"""The database of an office: its tables brought up to date, the first people, the proof of it."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.management import call_command

from huiguan.foundation.faults import InputFault
from huiguan.office.config.place import DATA, know_place
from huiguan.office.config.stores import DATABASE_NAME, KIND_NAME, URL_NAME, check_kind, keep_kind
from huiguan.storage.market.day_image import read_image

OF_BEFORE = (
    "the tables of the office were made by a version of before the first release, and no step "
    "leads from them to those of this one; nothing was changed. Go on with the version that made "
    "them, or begin a new hall"
)

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


def check_tables(executor: Any) -> None:  # noqa: ANN401  Django says no types
    """Refuse tables from which no step leads to those of this version; nothing is changed then."""
    from django.db.migrations.exceptions import (  # noqa: PLC0415  after the set-up
        InconsistentMigrationHistory,
    )

    loader = executor.loader
    ours = {app.rpartition(".")[2] for app in settings.INSTALLED_APPS}
    unknown = loader.applied_migrations.keys() - loader.disk_migrations.keys()
    if newer := sorted(step for step in unknown if step[0] in ours):
        raise InputFault(
            "the tables of the office are of a newer version of huiguan, which took the step "
            f"{' '.join(newer[0])}; use that version, or restore a backup of before"
        )
    try:
        loader.check_consistent_history(executor.connection)
    except InconsistentMigrationHistory:
        raise InputFault(f"{OF_BEFORE}: their steps are in another order") from None
    if missing := missing_columns(executor):
        raise InputFault(f"{OF_BEFORE}: {missing[0]} is missing")


def missing_columns(executor: Any) -> list[str]:  # noqa: ANN401  Django says no types
    """Return what the tables do not have though their steps were taken: the steps were others."""
    state = executor._create_project_state(with_applied_migrations=True)  # noqa: SLF001  no other way
    missing, look = [], executor.connection.introspection
    with executor.connection.cursor() as cursor:
        tables = set(look.table_names(cursor))
        for model in state.apps.get_models():
            table, fields = model._meta.db_table, model._meta.local_fields  # noqa: SLF001  its names
            found = look.get_table_description(cursor, table) if table in tables else []
            there = {column.name for column in found}
            missing += [f"{table}.{one.column}" for one in fields if one.column not in there]
    return missing


def steps_to_take() -> list[str]:
    """Return the names of the steps that the tables are behind; ``InputFault`` where none leads."""
    from django.db import connection  # noqa: PLC0415  after the set-up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  the same

    executor = MigrationExecutor(connection)
    check_tables(executor)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label} {step.name}" for step, _ in plan]


def migrate(folder: Path) -> list[str]:
    """Bring the tables up to date; return the names of the steps that were taken."""
    keep_kind(folder / DATA, url())
    steps = steps_to_take()
    from django.db import DatabaseError  # noqa: PLC0415  after the set-up

    try:
        call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    except DatabaseError as fault:
        said = " ".join(str(fault).split())
        raise InputFault(
            f"the tables of the office can not be brought up to date, and the step that failed "
            f"changed nothing: {said}"
        ) from None
    return steps


def newest_image(folder: Path) -> DayImage | None:
    """Return the morning of the newest day of a hall; None where it has none."""
    days = sorted((folder / "days").glob("[0-9]" * 8 + "/image"))
    return read_image(days[-1]) if days else None


def prepare(folder: Path, say: Callable[[str], None], language: str = "en") -> None:
    """Make ready what a start needs: tables, the first people, no session of long ago."""
    from huiguan.office.members.bindings import bind_first_people  # noqa: PLC0415  the same
    from huiguan.office.people.first import is_empty, make_first_people  # noqa: PLC0415  the same
    from huiguan.office.persons.data import check_keys, destroy_erased  # noqa: PLC0415  the same
    from huiguan.office.register.adopting import adopt  # noqa: PLC0415  the same

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
