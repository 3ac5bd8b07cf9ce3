"""Settings that load without secrets; what a first start keeps; Django's own checks of a site."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import huiguan
from huiguan.foundation.faults import InputFault
from huiguan.office.config.keeping import KEY_NAME, secret_key

DATABASE = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous"):
        cursor.execute(f"PRAGMA {name}")
        print(cursor.fetchone()[0])
print(connection.settings_dict["OPTIONS"]["transaction_mode"])
"""
LENGTH = 64  # 48 bytes in letters of 6 bits


def environment(folder: Path | None, reach: str = "loopback") -> dict[str, str]:
    given = {} if folder is None else {"HUIGUAN_OFFICE_DATA": str(folder)}
    named = {
        "DJANGO_SETTINGS_MODULE": "huiguan.office.config.settings",
        "HUIGUAN_OFFICE_REACH": reach,
    }
    return {**os.environ, **named, **given}


def test_the_first_start_makes_a_key_that_its_owner_alone_reads(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    key = secret_key(folder)
    assert len(key) == LENGTH
    assert secret_key(folder) == key
    assert stat.S_IMODE((folder / KEY_NAME).stat().st_mode) == 0o600
    (folder / KEY_NAME).write_text("short")
    with pytest.raises(InputFault, match="holds no key"):
        secret_key(folder)


def test_a_database_waits_for_its_turn_and_keeps_what_it_says(tmp_path: Path) -> None:
    """WAL; synchronous FULL is 2 (https://sqlite.org/pragma.html#pragma_synchronous)."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", DATABASE],
        env=environment(tmp_path / "office"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split() == ["wal", "2", "IMMEDIATE"], run.stderr


@pytest.mark.parametrize("reach", ["loopback", "tls", "open"])
def test_djangos_own_checks_of_a_site_find_nothing(tmp_path: Path, reach: str) -> None:
    call = [sys.executable, "-W", "error", "-m", "django", "check", "--deploy"]
    run = subprocess.run(
        [*call, "--fail-level", "WARNING"],
        env=environment(tmp_path, reach),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


def test_settings_load_without_a_folder() -> None:
    code = "from django.conf import settings; print(len(settings.SECRET_KEY))"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(None), capture_output=True, check=True
    )
    assert int(run.stdout) == LENGTH


def test_no_two_rooms_have_a_template_of_one_name() -> None:
    """The first room of the settings would show its own on the pages of the other."""
    rooms = Path(huiguan.__file__).parent / "office"
    names = [path.name for path in rooms.glob("*/templates/**/*.html")]
    assert sorted(names) == sorted(set(names))
