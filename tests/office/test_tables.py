"""Tables of another version: brought up to date with what is in them, or refused in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from huiguan.foundation.faults import InputFault
from huiguan.office.config.database import steps_to_take
from tests.office.peopled import use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.office.peopled import First

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105  RFC 6238, appendix B
USER = """INSERT INTO people_user
(id, password, name, language, is_locked, must_change_password, made_at) VALUES
(7, 'x', 'wang', 'zh', {0}, {0}, '2026-08-21 09:00:00')"""
FACTOR = f"INSERT INTO people_secondfactor (user_id, secret, last_step) VALUES (7, '{SECRET}', 5)"  # noqa: S608


def tell(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def empty(first_day: First, tmp_path: Path) -> Iterator[None]:
    """Give a database without a table."""
    settings.PERSON_KEYS = str(tmp_path / "persons")
    use(tmp_path / "old.sqlite3", first_day.server.make("old") if first_day.server else "")
    yield
    use(":memory:")


@pytest.mark.usefixtures("empty")
def test_names_of_before_are_sealed_and_what_has_no_way_is_refused() -> None:
    """A user and a secret in the clear; then a table that is missing, then a step of tomorrow."""
    from huiguan.office.people.models import SecondFactor, User
    from huiguan.office.people.second_factor import SECRET as PLACE
    from huiguan.office.persons import data

    call_command("migrate", "people", "0003", verbosity=0)
    tell(USER.format("false"))
    tell(FACTOR)
    assert "people 0005_sealed" in steps_to_take()
    call_command("migrate", verbosity=0)
    user = User.objects.named("wang")
    assert user is not None
    assert (user.pk, user.name) == (7, "wang")
    assert "wang" not in user.sealed_name
    factor = SecondFactor.objects.get(user=user)
    assert (data.opened(factor.secret, PLACE), factor.last_step) == (SECRET, 5)
    assert steps_to_take() == []
    line = "INSERT INTO people_recordline VALUES (2, '', 0, '', '', '', '', 'x')"
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(line)  # what protects the record is there as before
    tell("DROP TABLE days_recordedpool")
    with pytest.raises(InputFault, match=r"begin a new hall: days_recordedpool\.id is missing"):
        steps_to_take()
    tell(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('people', '0099_tomorrow', '2026-08-21 09:00:00')"
    )
    with pytest.raises(InputFault, match=r"newer version of huiguan, .* people 0099_tomorrow"):
        steps_to_take()
