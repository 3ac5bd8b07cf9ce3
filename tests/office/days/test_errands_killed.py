"""The office is killed between an approval and its errand: the market does it, and once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.exchange.messages import SetHalt
from huiguan.floor.hall.serve import DOORS_NAME
from tests.live.test_incidents import wait_until
from tests.office.dying import Dying, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.office.days.conftest import Desk

pytestmark = pytest.mark.slow

APPROVE = """
import os, signal, sys
from pathlib import Path
from huiguan.office.config.database import open_database
open_database(Path(sys.argv[1]))
from django.conf import settings
settings.HALL_FOLDER = sys.argv[2]
from huiguan.office.days import errands
from huiguan.office.days.deeds import measures
from huiguan.office.people import proposals
from huiguan.office.people.models import User

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

room, _, name = sys.argv[4].partition(".")
setattr({"errands": errands, "measures": measures}[room], name, die)
proposals.approve(checker=User.objects.get_by_natural_key("supervisor"), number=int(sys.argv[3]))
"""


def place_of(desk: Desk) -> list[str]:
    """Return the words that lead a process of its own to this office and this hall."""
    from django.db import connection

    connection.close()
    return [str(desk.office.folder), str(desk.hall.folder)]


def approve_and_die(desk: Desk, proposal: Any, at: str) -> None:
    """Approve in a process that kills itself with -9 where it calls ``at``."""
    call = [sys.executable, "-c", APPROVE, *place_of(desk), str(proposal.pk), at]
    assert subprocess.run(call, check=False).returncode == -signal.SIGKILL


def test_killed_at_every_point_an_approval_is_done_once(
    desk: Desk, torture: bool, record_property: Callable[[str, object], None]
) -> None:
    """Before the commit nothing is approved; after it the market does it when somebody looks."""
    from huiguan.office.days import errands
    from huiguan.office.people import proposals, record

    def halted() -> bool:
        return bool(desk.hall.ask("read switches")["halted"])

    def asked() -> Any:
        action = "resume trading" if halted() else "halt trading"
        return desk.propose(action, "contract cu2611")

    place_of(desk)
    given = {"checker": "supervisor", "hall": str(desk.hall.folder)}
    with Dying(desk.office.folder, desk.office.environment) as dying:
        whole = dying.run("approve", number=asked().pk, **given)
        points = chosen(whole.points, 3, torture=torture)
        for at in points:
            before, was, waits = desk.journaled(SetHalt.KIND), halted(), asked()
            assert dying.run("approve", at, number=waits.pk, **given).killed
            waits.refresh_from_db()
            if waits.state == "waiting":
                assert not errands.Errand.objects.filter(proposal=waits).exists()
                desk.approve(waits)
            else:
                errands.send_waiting()
            assert "done by the market" in proposals.became(waits)
            assert errands.send_waiting() == 0
            assert desk.journaled(SetHalt.KIND) == before + 1
            assert halted() != was
    record.check()
    if halted():
        desk.do("resume trading", "contract cu2611")
    record_property("kills of an approval at the market", f"{len(points)} of {whole.points} points")


def test_a_market_that_fell_is_asked_when_it_stands_again(desk: Desk) -> None:
    """Office and floor are both killed with -9 while an errand waits."""
    from huiguan.office.days import errands
    from huiguan.office.people import proposals

    waits = desk.propose("halt trading", "contract cu2611")
    floor = desk.hall.processes.pop("floor")
    approve_and_die(desk, waits, "errands.send_waiting")
    os.kill(floor.pid, signal.SIGKILL)
    floor.wait()
    waits.refresh_from_db()
    assert errands.send_waiting() == 0
    assert "is asked until it does" in proposals.became(waits)
    desk.hall.start("floor", DOORS_NAME)
    wait_until(lambda: errands.send_waiting() == 1)
    assert desk.hall.ask("read switches")["halted"] == ["cu2611"]
    desk.do("resume trading", "contract cu2611")


def test_a_market_that_did_it_and_fell_is_not_told_again(desk: Desk) -> None:
    """The answer to a halt is lost with the floor: the journal of the day has the command once."""
    from huiguan.office.days import errands
    from huiguan.office.people import proposals

    before = desk.journaled(SetHalt.KIND)
    waits = desk.propose("halt trading", "contract cu2611")
    approve_and_die(desk, waits, "errands.end_errand")
    assert desk.journaled(SetHalt.KIND) == before + 1
    floor = desk.hall.processes.pop("floor")
    os.kill(floor.pid, signal.SIGKILL)
    floor.wait()
    desk.hall.start("floor", DOORS_NAME)
    wait_until(lambda: errands.send_waiting() == 1)
    waits.refresh_from_db()
    assert "done by the market" in proposals.became(waits)
    assert desk.journaled(SetHalt.KIND) == before + 1
    desk.do("resume trading", "contract cu2611")
