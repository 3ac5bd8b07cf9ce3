"""A stop by one person in an emergency: it acts at once, and a second person decides on it after.

A product or a contract is halted; a member or a trading code is cut off, which takes its orders out
of the book. The stop is written down and sent in one step; it stays open until another person
confirms it or lifts it. Both are in the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from huiguan.exchange.messages import SetHalt, SetKillSwitch
from huiguan.foundation.faults import InputFault
from huiguan.office.days import floor
from huiguan.office.days.deeds.measures import (
    HALTED,
    SCOPES,
    SWITCHED,
    halts,
    kill_switch,
    row_of,
    target_of,
    want_halt,
    want_kill,
)
from huiguan.office.days.errands import answered_words, sent_after
from huiguan.office.days.models import Emergency, EmergencyEnd, EmergencyErrand
from huiguan.office.people import record
from huiguan.office.people.proposals import check_right, checked_words
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.people.models import User

MOST = 50  # on a page


def stop(*, user: User, about: str, why: str) -> Emergency:
    """Stop something at once, by one person; the market is told as this returns.

    Raises ``InputFault`` where it is stopped already or nobody knows it.
    """
    check_right(user, Action.STOP_IN_EMERGENCY, Right.DO)
    target = target_of(about, (*HALTED, *SWITCHED))
    (want_halt if target.kind in HALTED else want_kill)(about, {})
    day = floor.switches().trading_day
    with transaction.atomic():
        record.one_at_a_time()
        made = Emergency(
            about=target.words, why=checked_words(why), trading_day=day, made_by=user,
            made_at=timezone.now(),
        )  # fmt: skip
        made.save(force_insert=True)
        write_errand(made, lifts=False)
        tell(user, made, {"trading day": day})
    return made


def decide(*, user: User, number: int, lift: bool, why: str) -> Emergency:
    """Let a stop stand, or lift it: by another person than the one who made it, once.

    Where it has ended by itself (the day is over, somebody let it go) there is nothing to lift.
    """
    check_right(user, Action.STOP_IN_EMERGENCY, Right.CHECK)
    with transaction.atomic():
        record.one_at_a_time()
        found = Emergency.objects.select_for_update().filter(pk=number).first()
        if found is None:
            raise InputFault(f"there is no emergency {number}")
        if found.made_by_id == user.pk:
            raise InputFault("nobody decides on a stop of their own; another person has to")
        if found.end != EmergencyEnd.OPEN:
            raise InputFault(f"emergency {number} was decided already: {found.end}")
        if lift:
            check_stands(found)
            write_errand(found, lifts=True)
        found.end = EmergencyEnd.LIFTED if lift else EmergencyEnd.CONFIRMED
        found.ended_by, found.ended_at, found.said = user, timezone.now(), checked_words(why)
        found.save(update_fields=["end", "ended_by", "ended_at", "said"])
        tell(user, found, {"end": found.end})
    return found


def check_stands(found: Emergency) -> None:
    """Refuse to lift what has ended by itself."""
    if floor.switches().trading_day != found.trading_day:
        raise InputFault("the day of this stop is over, and the stop with it; confirm it")
    target = target_of(found.about, (*HALTED, *SWITCHED))
    by_halt = target.kind in HALTED
    stands = halts(found.about)["halted"] if by_halt else kill_switch(found.about)["engaged"]
    if not stands:
        raise InputFault("this stop was let go already; confirm that it was right")


def write_errand(found: Emergency, *, lifts: bool) -> None:
    """Write what the market is to do, in the transaction of the decision."""
    target = target_of(found.about, (*HALTED, *SWITCHED))
    kind = SetHalt if target.kind in HALTED else SetKillSwitch
    given = {
        "kind": str(kind.__struct_config__.tag),
        "trading_day": found.trading_day,
        "target": row_of(floor.image_of(found.trading_day), target),
        "scope": int(SCOPES[target.kind]),
        "engaged": int(not lifts),
    }
    sent_after(EmergencyErrand(emergency=found, lifts=lifts, do="command", given=given))


def tell(user: User, found: Emergency, facts: dict[str, object]) -> None:
    """Write the line of a stop, or of what was decided on it."""
    record.write(
        actor=user,
        action=Action.STOP_IN_EMERGENCY,
        subject=f"emergency {found.pk}",
        facts={"measure": found.about, **facts},
    )


def latest() -> list[Emergency]:
    """Return the newest stops, those first that nobody has decided on."""
    rows = Emergency.objects.select_related("made_by", "ended_by").prefetch_related("errands")
    found = list(rows.order_by("-pk")[:MOST])
    return sorted(found, key=lambda one: one.end != EmergencyEnd.OPEN)


def became(found: Emergency) -> str:
    """Return what the market made of the newest step of a stop, in words."""
    newest = max(found.errands.all(), key=lambda one: one.pk)
    return answered_words(newest)
