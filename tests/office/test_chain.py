"""The record: what the database refuses, and what a check finds where somebody got past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from huiguan.foundation.faults import CheckFault

if TYPE_CHECKING:
    from tests.office.peopled import Office

INSERT = "INSERT INTO people_recordline (number, at, actor, action, subject, facts, before, hash) "
OF_THE_LAST = "FROM people_recordline WHERE number = 11"


def check() -> tuple[int, str]:
    from huiguan.office.people import record

    return record.check()


def busy(office: Office) -> None:
    """Let two persons do this and that: 11 lines of the first start, then two a change."""
    from huiguan.office.people import proposals

    for action, subject, after in (
        ("make user", "", {}),
        ("change roles", "trader", {"roles": ["tenant", "trader"]}),
        ("lock user", "trader", {}),
    ):
        made = office.propose(action, subject, **after)
        proposals.approve(checker=office["supervisor"], number=made.pk)


def test_a_record_that_nobody_touched(office: Office) -> None:
    """11 users, then three proposals made and approved: 11 + 3 x 2."""
    busy(office)
    number, last = check()
    assert number == 17
    assert len(bytes.fromhex(last)) == 32


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_recordline SET actor = 7 WHERE number = 3",
        "UPDATE people_recordline SET hash = hash",
        "DELETE FROM people_recordline WHERE number = 11",
        "DELETE FROM people_recordline",
        INSERT + "SELECT 3, at, actor, action, subject, facts, before, hash " + OF_THE_LAST,
        INSERT + "SELECT 13, at, actor, action, subject, facts, hash, 'x' " + OF_THE_LAST,
        INSERT + "SELECT 12, at, actor, action, subject, facts, before, 'x' " + OF_THE_LAST,
    ],
)
def test_the_database_keeps_what_is_written(statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="a line of the record"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert check()[0] == 11


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE people_recordline SET actor = 7 WHERE number = 5", "line 5: it was changed"),
        ("UPDATE people_recordline SET facts = '{}' WHERE number = 14", "line 14: it was changed"),
        ("UPDATE people_recordline SET hash = upper(hash) WHERE number = 9", "line 9: it was"),
        ("DELETE FROM people_recordline WHERE number = 6", "line 6: it is missing"),
        ("DELETE FROM people_recordline WHERE number = 1", "line 1: it is missing"),
        (
            (
                "DELETE FROM people_recordline WHERE number = 6; "
                "UPDATE people_recordline SET number = number - 1 WHERE number > 6"
            ),
            "line 6: it does not follow",
        ),
        (
            (
                "UPDATE people_recordline SET number = -4 WHERE number = 4; "
                "UPDATE people_recordline SET number = 4 WHERE number = 5; "
                "UPDATE people_recordline SET number = 5 WHERE number = -4"
            ),
            "line 4: it does not follow",
        ),
        ("DELETE FROM people_recordline WHERE number = 17", "user 4 is not as the record"),
        ("UPDATE people_user SET is_locked = false", "user 4 is not as the record tells"),
        ("UPDATE people_holding SET role = 'auditor' WHERE user_id = 2", "user 2 is not as"),
        ("DELETE FROM people_holding WHERE user_id = 12", "user 12 is not as"),
        ("UPDATE people_proposal SET why = 'because' WHERE id = 2", "proposal 2 is not as"),
        ("UPDATE people_proposal SET checker_id = 10 WHERE id = 2", "proposal 2 is not as"),
        ("UPDATE people_proposal SET said = 'well' WHERE id = 2", "proposal 2 is not as"),
        ("DELETE FROM people_proposal WHERE id = 1", "proposal 1 is not as"),
    ],
)
def test_a_check_names_what_was_done_past_it(office: Office, statement: str, said: str) -> None:
    busy(office)
    office.write_past(statement)
    with pytest.raises(CheckFault, match=said):
        check()


def test_the_record_holds_no_name_and_no_address(office: Office) -> None:
    from huiguan.office.people.models import RecordLine

    busy(office)
    browser = office.browser()
    browser.post("/sign-in", {"name": "auditor", "password": office.passwords["auditor"]})
    held = " ".join(
        f"{line.action} {line.subject} {line.facts}" for line in RecordLine.objects.all()
    )
    assert "sign in" in held
    for word in ("wang", "colleague", "127.0.0.1", *office.passwords.values()):
        assert word not in held


def test_a_line_and_what_it_tells_are_one(office: Office) -> None:
    """Nothing is recorded outside a transaction, and nothing of one that fell."""
    from huiguan.office.people import record

    with pytest.raises(AssertionError, match="one transaction"):
        record.write(actor=None, action="x", subject="y", facts={})

    def fall() -> None:
        with transaction.atomic():
            record.write(actor=office["auditor"], action="x", subject="y", facts={})
            raise KeyError

    with pytest.raises(KeyError):
        fall()
    assert check()[0] == 11
