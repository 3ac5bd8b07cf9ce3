"""Killed in the midst of approvals: each is whole or not there, and the record still proves it."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.office.peopled import Office

LOOP = """
import sys
from pathlib import Path
from huiguan.office.config.database import open_database
open_database(Path(sys.argv[1]))
from huiguan.office.people import proposals
from huiguan.office.people.models import User
from huiguan.office.people.roles import Action
maker, checker = (User.objects.get(name=name) for name in ("administrator", "supervisor"))
while True:
    tenant = User.objects.get(name="tenant")
    action = Action.UNLOCK_USER if tenant.is_locked else Action.LOCK_USER
    made = proposals.propose(maker=maker, action=action, subject=tenant, after={}, why="a try")
    proposals.approve(checker=checker, number=made.pk)
    print(made.pk, flush=True)
"""
KILLS, MOST_CHANGES, STEP_SECONDS = 12, 7, 0.0015


@pytest.mark.slow
@pytest.mark.parametrize("kill", range(KILLS))
def test_an_approval_is_whole_or_not_there(office: Office, kill: int) -> None:
    """What was printed was done; the lock is as often changed as approvals stand, not once more."""
    from django.db import connection

    from huiguan.office.people import record
    from huiguan.office.people.models import Proposal

    connection.close()
    call, env = [sys.executable, "-c", LOOP, str(office.folder)], office.environment
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(1 + kill % MOST_CHANGES)]
        time.sleep(kill * STEP_SECONDS)  # another place of the next change each time
        process.kill()
        printed += process.stdout.readlines()
    approved = Proposal.objects.filter(state="approved").count()
    assert len(printed) <= approved <= len(printed) + 1
    assert office["tenant"].is_locked == bool(approved % 2)
    lines, _ = record.check()
    assert lines == 11 + approved + Proposal.objects.count()
