"""``huiguan office``: the same services from a terminal; real calls on a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.office.peopled import First, Office

if TYPE_CHECKING:
    from pathlib import Path


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Terminal:
    """A hall's folder with an office of one user a role, and calls on it."""

    def __init__(self, folder: Path, first: First) -> None:
        self.folder, self.passwords = folder, first.passwords
        self.office = Office(first, folder)
        self.office.close()  # the calls have it for themselves

    def __call__(self, *words: str, password: str = "", lang: str = "en") -> Ended:
        call = [sys.executable, "-W", "error", "-m", "huiguan", "office", *words]
        run = subprocess.run(
            [*call, "--data", str(self.folder)],
            input=password + "\n",
            capture_output=True,
            text=True,
            check=False,
            env={**self.office.environment, "LC_ALL": f"{lang}_XX.UTF-8"},
        )
        assert "Traceback" not in run.stderr
        return Ended(run.returncode, run.stdout, run.stderr)

    def as_one(self, name: str, *words: str, lang: str = "en") -> Ended:
        return self(*words, "--as", name, password=self.passwords[name], lang=lang)


@pytest.fixture
def terminal(tmp_path: Path, first_day: First) -> Terminal:
    return Terminal(tmp_path / "hall", first_day)


@pytest.mark.slow
def test_two_persons_by_command(terminal: Terminal) -> None:
    """11 lines of the first start; one proposal made and approved, one made and declined: 15."""
    make = ("user", "make", "wang", "--role", "member clerk", "--why", "joins on Monday")
    made = terminal.as_one("administrator", *make)
    assert made.out == "proposal 1 waits for another person: huiguan office approve 1\n"
    own = terminal.as_one("administrator", "approve", "1")
    assert (own.code, own.out) == (2, "")
    assert "nobody decides on a proposal of their own" in own.err
    done = terminal.as_one("supervisor", "approve", "1")
    assert done.out.startswith("proposal 1 is approved and done\n")
    assert len(done.out.splitlines()[1]) == 16
    again = terminal.as_one("supervisor", "approve", "1", lang="zh")
    assert "提案 1 先前已获批准" in again.err
    lock = ("user", "lock", "wang", "--why", "has left")
    assert terminal.as_one("administrator", *lock).code == 0
    declined = terminal.as_one("supervisor", "decline", "2", "--why", "only on leave")
    assert declined.out == "proposal 2 is declined\n"
    listed = terminal("user", "list").out
    assert [line.split()[:3] for line in listed.splitlines() if "wang" in line] == [
        ["wang", "member", "clerk"]
    ]
    proved = terminal("check")
    assert "15 lines of the record" in proved.out
    assert proved.code == 0


@pytest.mark.slow
def test_what_a_command_refuses(terminal: Terminal, tmp_path: Path) -> None:
    make = ("user", "make", "wang", "--role", "trader", "--why", "a try")
    wrong = terminal(*make, "--as", "administrator", password="wrong")  # noqa: S106  no password
    assert (wrong.code, "do not fit together" in wrong.err) == (2, True)
    assert "do not let you propose" in terminal.as_one("trader", *make).err
    nobody = terminal.as_one("administrator", "user", "lock", "nobody", "--why", "x", lang="zh")
    assert "没有用户" in nobody.err
    role = ("user", "make", "wang", "--role", "king", "--why", "a try")
    assert "there is no role 'king'" in terminal.as_one("administrator", *role).err
    terminal.folder = tmp_path / "elsewhere"
    for words in (("check",), ("user", "list"), ("migrate",)):
        found = terminal(*words)
        assert found.code == 2
        assert not terminal.folder.exists()


@pytest.mark.slow
def test_a_check_fails_where_somebody_wrote_past_it(terminal: Terminal) -> None:
    terminal.office.write_past("UPDATE people_holding SET role = 'auditor' WHERE user_id = 4")
    found = terminal("check")
    assert (found.code, found.out) == (1, "")
    assert "user 4 is not as the record tells" in found.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://office@127.0.0.1/office", "is not the address of a PostgreSQL database"),
        ("postgresql://office:secret@127.0.0.1:port/office", "which database of the server"),
        ("postgresql://office:secret@127.0.0.1/", "which database of the server"),
        ("postgresql://office:secret@127.0.0.1:1/office", "does not answer"),
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, url: str, said: str) -> None:
    """Port 1 is nobody's; the password of an address is never shown."""
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "database_kind").write_text("postgresql\n")
    run = subprocess.run(
        [sys.executable, "-m", "huiguan", "office", "check", "--data", str(tmp_path)],
        capture_output=True, text=True, check=False, env={**os.environ, "DATABASE_URL": url},
    )  # fmt: skip
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr


@pytest.mark.slow
def test_an_office_stays_with_its_kind_of_database(terminal: Terminal) -> None:
    """Without the address of its server an office would begin anew, in an empty file."""
    other = "" if terminal.office.url else "postgresql://office@127.0.0.1:1/office"
    terminal.office.url = other
    found = terminal("check")
    assert found.code == 2
    assert ("goes on without" if other else "set DATABASE_URL") in found.err
