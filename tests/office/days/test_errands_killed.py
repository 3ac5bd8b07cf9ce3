"""The office is killed between an approval and its errand: the market does it, and once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.exchange.messages import SetHalt
from huiguan.floor.hall.serve import DOORS_NAME
from tests.live.test_incidents import wait_until

if TYPE_CHECKING:
    from tests.office.days.conftest import Desk

pytestmark = pytest.mark.slow

APPROVE = """
import os, signal, sys
from pathlib import Path
from huiguan.office.config.database import open_database
open_database(Path(sys.argv[1]))
from django.conf import settings
settings.HALL_FOLDER = sys.argv[2]
from huiguan.office.days import errands, measures
from huiguan.office.people import proposals
from huiguan.office.people.models import User

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

room, _, name = sys.argv[4].partition(".")
setattr({"errands": errands, "measures": measures}[room], name, die)
proposals.approve(checker=User.objects.get(name="supervisor"), number=int(sys.argv[3]))
"""
LOOP = """
import sys
from pathlib import Path
from huiguan.office.config.database import open_database
open_database(Path(sys.argv[1]))
from django.conf import settings
settings.HALL_FOLDER = sys.argv[2]
from huiguan.office.people import proposals
from huiguan.office.people.models import User
from huiguan.office.people.roles import Action
maker, checker = (User.objects.get(name=name) for name in ("clearing-clerk", "supervisor"))
actions = [Action.HALT_TRADING, Action.RESUME_TRADING]
while True:
    made = proposals.propose(
        maker=maker, action=actions[0], subject="contract cu2611", after={}, why="a try"
    )
    proposals.approve(checker=checker, number=made.pk)
    actions.reverse()
    print(made.pk, flush=True)
"""
KILLS, MOST_CHANGES, STEP_SECONDS = 12, 5, 0.004


def place_of(desk: Desk) -> list[str]:
    """Return the words that lead a process of its own to this office and this hall."""
    from django.db import connection

    connection.close()
    return [str(desk.office.folder), str(desk.hall.folder)]


def approve_and_die(desk: Desk, proposal: Any, at: str) -> None:
    """Approve in a process that kills itself with -9 where it calls ``at``."""
    call = [sys.executable, "-c", APPROVE, *place_of(desk), str(proposal.pk), at]
    assert subprocess.run(call, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("at", "told"),
    [("measures.write_errand", 0), ("errands.send_waiting", 0), ("errands.end_errand", 1)],
)
def test_killed_at_each_step_of_an_approval(desk: Desk, at: str, told: int) -> None:
    """Before the commit nothing is approved; after it the market does it when somebody looks.

    The last one is killed when the market has done it and the answer is not written down yet.
    """
    from huiguan.office.days import errands
    from huiguan.office.people import proposals, record

    before = desk.journaled(SetHalt.KIND)
    waits = desk.propose("halt trading", "contract cu2611")
    approve_and_die(desk, waits, at)
    waits.refresh_from_db()
    if at == "measures.write_errand":
        assert waits.state == "waiting"
        assert errands.Errand.objects.count() == 0
        desk.approve(waits)
    else:
        assert waits.state == "approved"
        assert desk.journaled(SetHalt.KIND) == before + told
        assert "is asked until it does" in proposals.became(waits)
        assert errands.send_waiting() == 1
    assert "done by the market" in proposals.became(waits)
    assert errands.send_waiting() == 0
    assert desk.journaled(SetHalt.KIND) == before + 1
    assert desk.hall.ask("read switches")["halted"] == ["cu2611"]
    desk.do("resume trading", "contract cu2611")
    record.check()


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_anywhere_each_approval_is_done_once(desk: Desk, kill: int) -> None:
    """As many commands in the journal as approvals, in their order, however often it is killed."""
    from huiguan.office.days import errands
    from huiguan.office.days.models import Errand
    from huiguan.office.people import record
    from huiguan.office.people.models import Proposal

    before = desk.journaled(SetHalt.KIND)
    call = [sys.executable, "-c", LOOP, *place_of(desk)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(1 + kill % MOST_CHANGES)]
        time.sleep(kill * STEP_SECONDS)  # another place of the next change each time
        process.kill()
        printed += process.stdout.readlines()
    errands.send_waiting()
    approved = Proposal.objects.filter(state="approved").count()
    assert len(printed) <= approved <= len(printed) + 1
    assert Errand.objects.filter(state="done").count() == Errand.objects.count() == approved
    assert desk.journaled(SetHalt.KIND) == before + approved
    assert bool(desk.hall.ask("read switches")["halted"]) == bool(approved % 2)
    record.check()
    if approved % 2:
        desk.do("resume trading", "contract cu2611")


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
