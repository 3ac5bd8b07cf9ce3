"""The first start: one user a role, so that the work of each can be tried; never a second time."""

from __future__ import annotations

from django.db import transaction

from huiguan.foundation.faults import InputFault
from huiguan.office.people import record, users
from huiguan.office.people.models import User
from huiguan.office.people.roles import GIVEN, Action


def name_for(role: str) -> str:
    """Return the name of the first user of a role."""
    return role.replace(" ", "-")


def is_empty() -> bool:
    """Return whether there is no user yet."""
    return not User.objects.exists()


@transaction.atomic
def make_first_people(*, language: str = "en") -> dict[str, str]:
    """Make one user a role, each with a line of the record; return names and passwords, once.

    Nobody is there yet who could check anybody: the hall itself is the actor. Raises
    ``InputFault`` where there is a user already.
    """
    if not is_empty():
        raise InputFault("there are users already; a further one is a proposal of two persons")
    made = {}
    for role in GIVEN:
        done = users.make(
            name=name_for(role), roles=[str(role)], language=language, must_change=False
        )
        record.write(
            actor=None,
            action=Action.MAKE_USER,
            subject=f"user {done.facts['user']}",
            facts=done.facts,
        )
        made[done.whose] = done.password
    return made
