"""The database of an office, copied while it is open, and given to another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.office.config.copies import copy_database, restore_database
from huiguan.office.config.stores import DATABASE_NAME
from tests.office.peopled import use

if TYPE_CHECKING:
    from pathlib import Path

    from tests.office.peopled import Office


def test_a_copy_is_one_moment(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11 lines of the first start and the one of a proposal; what came after is not in the copy."""
    from huiguan.office.people import record

    office.propose()
    into = tmp_path / "copy"
    if office.server:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(InputFault, match="not on the PATH"):
            copy_database(office.path.parent, into, office.url)
        monkeypatch.setenv("PATH", str(office.server.programs))
    copy_database(office.path.parent, into, office.url)
    office.propose("lock user", "trader")
    told = record.check()
    assert told[0] == 13
    url = office.server.make("restored") if office.server else ""
    if url:
        with pytest.raises(InputFault, match="an office on a server"):
            restore_database(into, "")
    restore_database(into, url)
    use(into / DATABASE_NAME, url)
    assert record.check()[0] == 12
    office.propose("lock user", "trader")
    assert record.check()[0] == 13
    if url:
        office.close()
        with pytest.raises(InputFault, match="pg_dump failed"):
            copy_database(into, into, office.server.url_of("nobody") if office.server else "")


def test_an_address_that_a_tool_can_not_be_given(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="has application_name"):
        copy_database(tmp_path, tmp_path, "postgresql://office@/office?application_name=x")
