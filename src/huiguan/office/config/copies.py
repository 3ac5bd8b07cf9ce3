"""A copy of the office's database as it is at one moment, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault
from huiguan.office.config.stores import DATABASE_NAME, URL_NAME

if TYPE_CHECKING:
    from pathlib import Path

DUMP_NAME = "office.dump"
VARIABLES = {
    "dbname": "PGDATABASE",
    "host": "PGHOST",
    "password": "PGPASSWORD",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "user": "PGUSER",
}


def copy_database(source: Path, into: Path, url: str) -> str:
    """Copy the database of an office's folder into another folder; return the name of the file.

    A file is copied by SQLite itself, which waits for nobody and gets one moment; a server's
    database by ``pg_dump``. Raises ``InputFault`` where that fails.
    """
    into.mkdir(parents=True, exist_ok=True)
    if url:
        run_tool("pg_dump", url, ["--format=custom", "--no-owner", f"--file={into / DUMP_NAME}"])
        return DUMP_NAME
    with (
        closing(sqlite3.connect(source / DATABASE_NAME)) as old,
        closing(sqlite3.connect(into / DATABASE_NAME)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    return DATABASE_NAME


def restore_database(folder: Path, url: str) -> None:
    """Give a server's database, an empty one, what the copy in an office's folder holds."""
    if (folder / DUMP_NAME).exists():
        if not url:
            raise InputFault(
                f"the backup is of an office on a server; set {URL_NAME} to an empty database"
            )
        run_tool(
            "pg_restore",
            url,
            ["--exit-on-error", "--single-transaction", "--no-owner", "--dbname=", "--"],
            folder / DUMP_NAME,
        )
        (folder / DUMP_NAME).unlink()


def run_tool(tool: str, url: str, words: list[str], file: Path | None = None) -> None:
    """Run a program of PostgreSQL; where the database is goes by its environment, unseen by all."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  who keeps a file has it not

    if shutil.which(tool) is None:
        raise InputFault(
            f"{tool} of PostgreSQL is not on the PATH; install the client programs of the server's "
            "version"
        )
    asked = conninfo_to_dict(url)
    if unknown := sorted(asked.keys() - VARIABLES.keys()):
        raise InputFault(f"{URL_NAME} has {unknown[0]}, which {tool} is not given; leave it out")
    place = {VARIABLES[name]: str(value) for name, value in asked.items()}
    done = subprocess.run(  # noqa: S603  our own words
        [tool, *words, *([str(file)] if file else [])],
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InputFault(f"{tool} failed: {' '.join(done.stderr.split())}")
