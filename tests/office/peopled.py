"""An office with one user a role, on a real database that any thread and any process can open."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from huiguan.office.config.place import DATA, PERSONS
from huiguan.office.config.stores import DATABASE_NAME, URL_NAME, keep_kind, store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Postgres

FIRST, COPY = "first", "office"  # databases of the server


class First(NamedTuple):
    """The database of a first start, to be copied: a file, or one of a server."""

    path: Path
    passwords: dict[str, str]  # that it showed
    server: Postgres | None


def use(path: Path | str, url: str = "") -> None:
    """Let Django's connections lead to a file, or to an address, from here on."""
    connections.close_all()
    found = {"default": {**store(None, url), **({} if url else {"NAME": str(path)})}}
    connections.settings["default"] = connections.configure_settings(found)["default"]
    with suppress(AttributeError):  # nobody has asked for it in this thread
        del connections["default"]  # made anew when somebody asks


def first_database(path: Path, server: Postgres | None) -> First:
    """Make the database of a first start."""
    from huiguan.office.people.first import make_first_people

    settings.PERSON_KEYS = str(path.parent / PERSONS)
    use(path, server.make(FIRST) if server else "")
    call_command("migrate", verbosity=0)
    passwords = make_first_people()
    if not server:
        with closing(connections["default"].connection.cursor()) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    use(":memory:")
    return First(path, passwords, server)


class Office:
    """People by the name of their role, and their browsers."""

    def __init__(self, first: First, folder: Path) -> None:
        """Copy the first database into the folder of a hall."""
        self.folder, self.passwords = folder, first.passwords
        self.path = folder / DATA / DATABASE_NAME
        self.path.parent.mkdir(parents=True)
        self.server = first.server
        self.url = first.server.make(COPY, FIRST) if first.server else ""
        if not self.url:
            shutil.copyfile(first.path, self.path)
        keep_kind(self.path.parent, self.url)
        settings.PERSON_KEYS = str(self.path.parent / PERSONS)
        shutil.copytree(first.path.parent / PERSONS, settings.PERSON_KEYS)
        use(self.path, self.url)
        if self.url:
            os.environ[URL_NAME] = self.url  # of the processes that a test starts

    def close(self) -> None:
        os.environ.pop(URL_NAME, None)
        use(":memory:")

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs that opens this office by itself."""
        return {**os.environ, URL_NAME: self.url}

    def write_past(self, statements: str) -> None:
        """Write with another program, one that first takes away what protects."""
        connections.close_all()
        if self.url:
            with psycopg.connect(self.url) as server:
                server.execute("SET session_replication_role = replica")  # no trigger fires
                server.execute(statements.encode())
            return
        with closing(sqlite3.connect(self.path)) as line:
            names = line.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            line.executescript("".join(f"DROP TRIGGER {name};" for (name,) in names) + statements)

    def __getitem__(self, name: str) -> Any:
        """Return a user as the database has it now."""
        from huiguan.office.people.models import User

        return User.objects.get_by_natural_key(name)

    def browser(self, name: str = "", lang: str = "en", **given: Any) -> Any:
        """Return the browser of somebody who has signed in, or of a guest."""
        found = Client(headers={"accept-language": lang}, **given)
        if name:
            found.force_login(self[name])
        return found

    def propose(self, action: str = "make user", subject: str = "", **after: Any) -> Any:
        """Let the administrator propose something."""
        from huiguan.office.people import proposals, roles

        if action == "make user":
            after = {"name": "wang", "roles": ["trader"], "language": "zh", **after}
        return proposals.propose(
            maker=self["administrator"],
            action=roles.Action(action),
            subject=self[subject] if subject else None,
            after=after,
            why="a new colleague",
        )

    def second_administrator(self) -> Any:
        """Return a further administrator, made by two persons."""
        from huiguan.office.people import proposals

        made = self.propose(name="second", roles=["administrator"], language="en")
        done = proposals.approve(checker=self["supervisor"], number=made.pk)
        second = self[done.whose]
        second.must_change_password = False
        second.save()
        return second
