"""Which database an office has: a file in its folder, or a PostgreSQL server by ``DATABASE_URL``.

An office stays with the one it began with: started without the address of its server it would
otherwise begin anew in an empty file, with new people, and nobody would notice at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from pathlib import Path

DATABASE_NAME, KIND_NAME = "office.sqlite3", "database_kind"
URL_NAME = "DATABASE_URL"
SERVER_KINDS = ("postgres://", "postgresql://")
KEPT_SECONDS = 60  # threads keep their connection: half as many pages again a second


def store(folder: Path | None, url: str) -> dict[str, Any]:
    """Return Django's settings of the database; raises ``InputFault`` for an address of none."""
    if url:
        return server(url)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / DATABASE_NAME) if folder else ":memory:",
        "CONN_MAX_AGE": KEPT_SECONDS,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a writer waits its turn; DEFERRED loses writes
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def server(url: str) -> dict[str, Any]:
    """Return Django's settings of a PostgreSQL server; the address is never shown: it has a key."""
    if not url.startswith(SERVER_KINDS):
        raise InputFault(
            f"{URL_NAME} is not the address of a PostgreSQL database, like "
            "postgresql://NAME:PASSWORD@HOST:5432/DATABASE"
        )
    try:
        import dj_database_url  # noqa: PLC0415  who keeps a file needs neither
        import psycopg  # noqa: F401, PLC0415  the same
    except ImportError:
        raise InputFault(
            f"{URL_NAME} asks for PostgreSQL, and what speaks to it is not installed: "
            "pip install 'huiguan[postgresql]'"
        ) from None
    try:
        found: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=KEPT_SECONDS, conn_health_checks=True)
        )
    except ValueError:
        found = {}
    if not found.get("NAME"):
        raise InputFault(f"{URL_NAME} does not say which database of the server is the office's")
    return found


def kind_of(url: str) -> str:
    """Return the kind of database that an address, or none, asks for."""
    return "postgresql" if url else "sqlite"


def check_kind(folder: Path, url: str) -> None:
    """Refuse another kind of database than the office of this folder has."""
    path = folder / KIND_NAME
    if path.exists():
        has = path.read_text("ascii").strip()
    elif (folder / DATABASE_NAME).exists():
        has = kind_of("")
    else:
        return
    if has == kind_of(url):
        return
    if url:
        raise InputFault(
            "the office of this hall keeps its records in a file of its folder; it goes on without "
            f"{URL_NAME}"
        )
    raise InputFault(
        f"the office of this hall keeps its records on a PostgreSQL server; set {URL_NAME} to its "
        "address"
    )


def keep_kind(folder: Path, url: str) -> None:
    """Write down which kind of database the office of this folder has."""
    if not (folder / KIND_NAME).exists():
        write_file(folder / KIND_NAME, [kind_of(url).encode(), b"\n"], Files())
