"""Proofs that an auditor asks for: `huiguan day verify` of a closed day, beside the pages."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from huiguan.days.cleared import is_closed
from huiguan.foundation.faults import InputFault
from huiguan.office.days import floor
from huiguan.office.days.models import Proof
from huiguan.office.display.here import shown
from huiguan.office.people import record
from huiguan.office.people.proposals import check_right
from huiguan.office.people.roles import Action, Right
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_result import read_result_settings
from huiguan.storage.market.rulebooks.circulars import folders_of

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.office.people.models import User

LAST_WORDS = 2_000  # letters kept of what a proof said


@transaction.atomic
def ask_proof(*, user: User, trading_day: int) -> Proof:
    """Let an auditor ask that a day is verified; it runs beside the pages, and takes its time."""
    check_right(user, Action.VERIFY_DAY, Right.DO)
    if not is_closed(floor.days_folder() / str(trading_day)):
        raise InputFault(f"day {trading_day} is not closed, so there is nothing to verify")
    record.one_at_a_time()
    waiting = Proof.objects.filter(trading_day=trading_day, ended_at=None).first()
    if waiting:
        return waiting
    asked = Proof.objects.create(trading_day=trading_day, asked_by=user.pk, asked_at=timezone.now())
    record.write(
        actor=user,
        action=Action.VERIFY_DAY,
        subject=f"day {trading_day}",
        facts={"proof": asked.pk},
    )
    return asked


def books_of(trading_day: int) -> list[Path]:
    """Return the own books under which a day was cleared.

    A day that was cleared before a later circular is proved with the books of its evening.
    """
    result = DayFolder(floor.days_folder() / str(trading_day)).result
    digest = read_result_settings(result).rulebook_digest
    return folders_of(floor.hall(), shown().own_folders, digest)


def prove_asked() -> int:
    """Run `huiguan day verify` for every proof that was asked for; return how many."""
    proved = 0
    for asked in Proof.objects.filter(ended_at=None).order_by("pk"):
        root = floor.days_folder() / str(asked.trading_day)
        own = books_of(asked.trading_day)
        books = [word for folder in own for word in ("--rulebook", str(folder))]
        call = [sys.executable, "-m", "huiguan", "--lang", "en", "day", "verify", str(root), *books]
        done = subprocess.run(call, check=False, capture_output=True, text=True)  # noqa: S603  our own command
        said = done.stdout if done.returncode == 0 else done.stderr
        end_proof(asked=asked, good=done.returncode == 0, said=said.strip()[-LAST_WORDS:])
        proved += 1
    return proved


@transaction.atomic
def end_proof(*, asked: Proof, good: bool, said: str) -> None:
    """Write down what a proof came to."""
    record.one_at_a_time()
    asked.good, asked.said, asked.ended_at = good, said, timezone.now()
    asked.save(update_fields=["good", "said", "ended_at"])
    facts = {"proof": asked.pk, "good": good}
    record.write(
        actor=None, action=Action.VERIFY_DAY, subject=f"day {asked.trading_day}", facts=facts
    )
