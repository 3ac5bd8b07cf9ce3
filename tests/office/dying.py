"""A process that forks children, each of which takes one step of an office and dies at a point.

``python -m tests.office.dying FOLDER`` opens the office of a hall once; a line of JSON asks for a
step and the point at which it is killed with -9 (0: it lives), a line answers how it ended. Points
are counted: one before each statement of the database, one before and one after each commit.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20260821


class Ended(NamedTuple):
    """How a step ended: killed or not, and by how many points it came."""

    killed: bool
    points: int


def chosen(points: int, few: int, *, torture: bool) -> list[int]:
    """Return the points at which a step is killed in this run: all of them, or a seeded few."""
    every = np.arange(1, points + 1)
    if not torture:
        every = np.sort(np.random.default_rng(SEED).permutation(every)[:few])
    found: list[int] = every.tolist()
    return found


class Dying:
    """The process, from the side of a test."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        """Start it for the office of a hall's folder."""
        call = [sys.executable, "-m", "tests.office.dying", str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(call, env=environment, **pipes)  # type: ignore[call-overload]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def run(self, step: str, at: int = 0, **given: Any) -> Ended:
        """Let a child take a step, killed at its ``at``-th point; return how that ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"step": step, "at": at, **given}) + "\n")
        stdin.flush()
        return Ended(*json.loads(stdout.readline()))


class Points:
    """Counts the points a step comes by, and dies at one."""

    def __init__(self, at: int) -> None:
        """Die at the ``at``-th; 0 never."""
        self.seen, self._at = 0, at

    def reach(self) -> None:
        """Count one more; die if it is the one."""
        self.seen += 1
        if self.seen == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def taken(self, step: Callable[[], object]) -> None:
        """Take a step, with a point before every statement and around every commit."""
        from django.db import connection

        commit = connection._commit

        def around() -> None:
            self.reach()
            commit()
            self.reach()

        def before(execute: Any, *given: Any) -> Any:
            self.reach()
            return execute(*given)

        connection._commit = around
        with connection.execute_wrapper(before):
            step()


def approve(given: dict[str, Any]) -> None:
    """Approve a proposal; what waits for the market is sent when that is on disk."""
    from huiguan.office.people import proposals
    from huiguan.office.people.models import User

    checker = User.objects.get_by_natural_key(given["checker"])
    proposals.approve(checker=checker, number=given["number"])


def record(_: dict[str, Any]) -> None:
    """Record what was closed and opened."""
    from huiguan.office.days.works import record_all

    record_all()


def book(given: dict[str, Any]) -> None:
    """Let the ledger meet days and book evenings."""
    from huiguan.office.ledger.booking.evenings import keep_up

    keep_up(Path(given["days"]))


STEPS = {"approve": approve, "record": record, "book": book}


def child(asked: dict[str, Any], pipe: int) -> None:
    """Take a step, and tell by how many points it came."""
    from django.conf import settings

    if "hall" in asked:
        settings.HALL_FOLDER = asked["hall"]
    points = Points(asked["at"])
    points.taken(lambda: STEPS[asked["step"]](asked))
    os.write(pipe, b"%d" % points.seen)


def serve(folder: Path) -> None:
    """Fork a child for every line."""
    from huiguan.office.config.database import open_database

    open_database(folder)
    from django.db import connections

    from huiguan.office.config import application  # noqa: F401  all of it is read before a fork

    connections.close_all()
    for line in sys.stdin:
        reads, writes = os.pipe()
        process = os.fork()
        if not process:
            code = 1
            try:
                child(json.loads(line), writes)
                code = 0
            finally:
                os._exit(code)
        os.close(writes)
        _, status = os.waitpid(process, 0)
        told = os.read(reads, 16)
        os.close(reads)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or os.WIFEXITED(status), status
        sys.stdout.write(json.dumps([killed, int(told or b"0")]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
