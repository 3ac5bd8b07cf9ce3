"""An office with one user a role, on a real database file that any thread can open."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connections
from django.test import Client

if TYPE_CHECKING:
    from pathlib import Path


def use(path: Path | str) -> None:
    """Let Django's connections lead to a file from here on."""
    connections.close_all()
    connections.settings["default"]["NAME"] = str(path)


def first_database(path: Path) -> tuple[Path, dict[str, str]]:
    """Make the database of a first start; return it and the passwords it showed."""
    from huiguan.office.people.first import make_first_people

    use(path)
    call_command("migrate", verbosity=0)
    passwords = make_first_people()
    with closing(connections["default"].connection.cursor()) as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    use(":memory:")
    return path, passwords


class Office:
    """People by the name of their role, and their browsers."""

    def __init__(self, first: Path, passwords: dict[str, str], path: Path) -> None:
        shutil.copyfile(first, path)
        self.path, self.passwords = path, passwords
        use(path)

    def close(self) -> None:
        use(":memory:")

    def __getitem__(self, name: str) -> Any:
        """Return a user as the database has it now."""
        from huiguan.office.people.models import User

        return User.objects.get(name=name)

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
