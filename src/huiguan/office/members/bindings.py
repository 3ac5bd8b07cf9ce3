"""Who a user is to the market: a change under four eyes, and what the hall's first people are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.members import keys
from huiguan.office.members.models import Binding, BoundCode, DoorKey
from huiguan.office.people import record
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.models import User
from huiguan.office.people.roles import Action, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

MOST_CODES = 50
BOUND = (Role.TRADER, Role.MEMBER_CLERK)  # roles that mean nothing without a binding
NOTHING: dict[str, Any] = {"member": "", "codes": []}


def facts_of(user: User) -> Facts:
    """Return what a user is bound to, as proposals and the record have it."""
    found = Binding.objects.prefetch_related("held").filter(user=user).first()
    return {"member": found.member, "codes": found.codes} if found else dict(NOTHING)


@transaction.atomic
def bind(*, user: User, member: str, codes: Sequence[str]) -> Facts:
    """Bind a user to a member and some of its codes, or, without a member, to nothing.

    The desk's key of what was before is withdrawn. Who calls writes the line of the record.
    """
    found = Binding.objects.select_for_update().filter(user=user).first()
    if found is not None:
        old = DoorKey.objects.filter(holder=keys.trader_of(found), withdrawn_at=None).first()
        if old is not None:
            keys.withdraw(old, None)
        found.held.all().delete()
        found.version += 1
    if found is None:
        found = Binding(user=user)
    found.member = member
    found.save()
    BoundCode.objects.bulk_create(BoundCode(binding=found, code=code) for code in codes)
    return {"user": user.pk, "member": member, "codes": sorted(codes)}


@transaction.atomic
def bind_first_people(image: DayImage) -> None:
    """Bind the first trader and the first member clerk to the last code of a day and its member.

    It is the code of whom a hall is made for; nobody is there yet who could check anybody.
    """
    code = image.names.trading_codes[-1]
    member = image.names.members[int(image.trading_codes["member"][-1])]
    for role, codes in ((Role.TRADER, [code]), (Role.MEMBER_CLERK, [])):
        for user in User.objects.filter(holdings__role=role).exclude(binding__isnull=False):
            facts = bind(user=user, member=member, codes=codes)
            record.write(
                actor=None, action=Action.BIND_USER, subject=f"user {user.pk}", facts=facts
            )


def somebody(subject: Subject) -> User:
    """Return the user a binding is of."""
    assert isinstance(subject, User), "a binding is of a user"
    return subject


def before(subject: Subject) -> Facts:
    """Return the binding there is."""
    return facts_of(somebody(subject))


def wanted(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a wanted binding against the people and the day that runs."""
    user = somebody(subject)
    member = str(given.get("member", "")).strip()
    codes = sorted(set(str(given.get("codes", "")).replace(",", " ").split()))
    after = {"member": member, "codes": codes}
    if after == facts_of(user):
        raise InputFault("this is the binding already")
    if not member:
        if codes:
            raise InputFault("name the member that the trading codes are of")
        return after
    if not set(user.roles) & set(BOUND):
        raise InputFault("a binding is for a trader or a member clerk; this user is neither")
    check_of_today(member, codes)
    return after


def check_of_today(member: str, codes: Sequence[str]) -> None:
    """Refuse a member or a code that the day which runs does not have."""
    day = shown().follower.day
    if day is None:
        raise InputFault("the market has not begun its day yet, so its members are not known")
    names, owners = day.image.names, day.image.trading_codes["member"].tolist()
    if member not in names.members:
        raise InputFault(f"{member!r} is no member of today")
    if len(codes) > MOST_CODES:
        raise InputFault(f"a user is bound to at most {MOST_CODES} trading codes")
    row = names.members.index(member)
    for code in codes:
        place = day.names.code_rows.get(code)
        if place is None or owners[place] != row or not code.startswith(member):
            raise InputFault(f"{code!r} is no trading code of member {member} today")


def run(proposal: Proposal) -> Done:
    """Bind the user; nobody but the office knows the key that goes with it."""
    after = proposal.after
    return Done(bind(user=proposal.subject, member=after["member"], codes=after["codes"]))


DEEDS: dict[Action, Deed] = {Action.BIND_USER: Deed(before, wanted, run)}
