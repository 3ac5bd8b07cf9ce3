"""Killed at every point of an approval: it is whole or not there, and the record proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.office.dying import Dying, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.office.peopled import Office


@pytest.mark.slow
def test_an_approval_is_whole_or_not_there(
    office: Office, torture: bool, record_property: Callable[[str, object], None]
) -> None:
    """A lock is set or it is not; who looks after the kill approves what is not, once."""
    from django.db import connection

    from huiguan.foundation.faults import InputFault
    from huiguan.office.people import proposals, record

    def asked() -> Any:
        locked = office["tenant"].is_locked
        return office.propose("unlock user" if locked else "lock user", "tenant")

    connection.close()
    with Dying(office.folder, office.environment) as dying:
        given = {"checker": "supervisor"}
        whole = dying.run("approve", number=asked().pk, **given)
        assert not whole.killed
        points = chosen(whole.points, 3, torture=torture)
        for at in points:
            waits, was = asked(), office["tenant"].is_locked
            assert dying.run("approve", at, number=waits.pk, **given).killed
            waits.refresh_from_db()
            assert office["tenant"].is_locked == (was ^ (waits.state == "approved"))
            lines, _ = record.check()
            if waits.state == "approved":
                with pytest.raises(InputFault, match="was approved already"):
                    proposals.approve(checker=office["supervisor"], number=waits.pk)
            else:
                assert waits.state == "waiting"
                proposals.approve(checker=office["supervisor"], number=waits.pk)
                lines += 1
            assert office["tenant"].is_locked != was
            assert record.check()[0] == lines
    record_property("kills of an approval", f"{len(points)} of {whole.points} points")
