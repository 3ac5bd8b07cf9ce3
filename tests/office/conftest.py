"""The pages of a small market, through Django's own client; no process, no socket."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.test import Client
from django.test.utils import setup_test_environment

from tests.office.peopled import First, Office, first_database
from tests.office.watched import Watched
from tests.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "huiguan.office.config.settings"
django.setup()
setup_test_environment()


@pytest.fixture
def market() -> Watched:
    """Return a market of two products that stands in continuous trading."""
    return Watched()


@pytest.fixture
def client(market: Watched) -> Any:
    """Return a reader of its pages, in English."""
    market.show()
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def read(client: Any) -> Callable[..., str]:
    """Return what a page says when all is well."""

    def page(path: str, **headers: str) -> str:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, path
        text: str = answer.content.decode()
        return text

    return page


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a server for the whole run."""
    found = Postgres()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def first_file(tmp_path_factory: pytest.TempPathFactory) -> First:
    """Make the database of a first start in a file, once."""
    return first_database(tmp_path_factory.mktemp("people") / "first.sqlite3", None)


@pytest.fixture(scope="session")
def first_on_server(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> First:
    """Make the database of a first start on a server, once."""
    return first_database(tmp_path_factory.mktemp("people") / "first", postgres)


@pytest.fixture(params=["first_file", "first_on_server"], ids=["sqlite", "postgresql"])
def first_day(request: pytest.FixtureRequest) -> First:
    """Return the database of a first start: every test sees both kinds."""
    found: First = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def office(first_day: First, tmp_path: Path, market: Watched) -> Iterator[Office]:
    """Return an office of its own with one user a role, beside a market."""
    market.show()
    found = Office(first_day, tmp_path / "house")
    yield found
    found.close()
