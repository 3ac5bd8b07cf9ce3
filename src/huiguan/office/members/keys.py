"""Keys for the doors: those of the office's own pages, and those of a member's programs.

What is wanted is written down with its line of the record first; then the floor is told, again and
again until it knows. So no key is ever at the doors that the record does not tell of, and a key
that is withdrawn while the market is down is gone before anybody can use it for long.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.members.models import Binding, DoorKey
from huiguan.office.people import record
from huiguan.office.people.roles import Action, Right, may
from huiguan.web.operator import NotReady, ask

if TYPE_CHECKING:
    from huiguan.office.people.models import User

TOKEN_BYTES, PREFIX = 32, "hg_"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_one = threading.Lock()  # tells the floor at a time


def hash_of(token: str) -> str:
    """Return what the doors keep of a token."""
    return hashlib.sha256(bytes.fromhex(token.removeprefix(PREFIX))).hexdigest()


def own_token(name: str) -> str:
    """Return the token of a key of the office itself: made of its secret, kept nowhere."""
    told = f"door\0{name}".encode()
    return PREFIX + hmac.digest(settings.DOOR_SECRET.encode(), told, "sha256").hex()


def trader_of(binding: Binding) -> str:
    """Return whose key it is by which the pages trade for a user: another binding, another key."""
    return f"trader {binding.pk}.{binding.version}"


def trader_key(binding: Binding) -> str:
    """Return the token by which the pages trade for a user; the floor holds it to their codes."""
    codes = " ".join(binding.codes)
    assert codes, "the gate lets nobody trade without a code"
    return own_key(trader_of(binding), binding.member, codes, may_trade=True)


def member_key(member: str) -> str:
    """Return the token by which the pages read for a member; it can not trade."""
    return own_key(f"member {member}", member, "", may_trade=False)


def own_key(holder: str, member: str, codes: str, *, may_trade: bool) -> str:
    """Return the token of an own key that the floor knows, made where there is none.

    Raises ``NotReady`` where the floor is down, ``InputFault`` with its words where it says no.
    """
    found = DoorKey.objects.filter(holder=holder, withdrawn_at=None).first()
    if found is None or found.token_hash != hash_of(own_token(found.name)):
        found = own_key_anew(holder, member, codes, may_trade=may_trade)
    if not found.is_told:
        with _one:
            tell(found)
    return own_token(found.name)


@transaction.atomic
def own_key_anew(holder: str, member: str, codes: str, *, may_trade: bool) -> DoorKey:
    """Write down a key of the office itself; one of another secret of the office is withdrawn."""
    record.one_at_a_time()
    found = DoorKey.objects.filter(holder=holder, withdrawn_at=None).first()
    if found is not None:
        if found.token_hash == hash_of(own_token(found.name)):  # somebody was quicker
            return found
        withdraw(found, None)
    name = f"{holder} {secrets.token_hex(4)}"  # no key of an earlier office has it
    return want(None, name, own_token(name), holder, member, codes, may_trade=may_trade)


def want(
    actor: User | None,
    name: str,
    token: str,
    holder: str,
    member: str,
    codes: str,
    *,
    may_trade: bool,
) -> DoorKey:
    """Write down a key that is to be at the doors, with its line of the record."""
    key = DoorKey(
        name=name,
        token_hash=hash_of(token),
        holder=holder,
        member=member,
        codes=codes,
        may_trade=may_trade,
        made_at=timezone.now(),
    )
    key.save(force_insert=True)
    facts = {"member": member, "codes": codes.split(), "may trade": may_trade}
    record.write(actor=actor, action=Action.KEEP_KEYS, subject=f"key {key.pk}", facts=facts)
    return key


@transaction.atomic
def make_key(*, clerk: User, member: str, name: str, codes: list[str], may_trade: bool) -> str:
    """Make a key for a program of a member; return its token, which nobody is shown again.

    Raises ``InputFault`` for somebody who keeps no keys of this member, a name that is none or is
    taken, and a code that is not the member's.
    """
    check_keeps(clerk, member)
    if not NAME.fullmatch(name):
        raise InputFault(
            "the name of a key has 1 to 32 small letters, digits, dots, hyphens or underscores"
        )
    if strange := [code for code in codes if not code.startswith(member)]:
        raise InputFault(f"{strange[0]} is no trading code of member {member}")
    record.one_at_a_time()
    whole = f"{member}/{name}"
    if DoorKey.objects.filter(name=whole).exists():
        raise InputFault(f"there is a key {whole} already; take another name")
    token = PREFIX + secrets.token_bytes(TOKEN_BYTES).hex()
    want(clerk, whole, token, "", member, " ".join(sorted(set(codes))), may_trade=may_trade)
    return token


@transaction.atomic
def withdraw_key(*, clerk: User, member: str, number: int) -> DoorKey:
    """End a key of a member's program for good; who is connected with it is cut."""
    check_keeps(clerk, member)
    record.one_at_a_time()
    found = DoorKey.objects.select_for_update().filter(pk=number, member=member, holder="")
    key = found.first()
    if key is None:
        raise InputFault("there is no such key of this member")
    if key.withdrawn_at is None:
        withdraw(key, clerk)
    return key


def withdraw(key: DoorKey, actor: User | None) -> None:
    """Write down that a key is to be gone, in the transaction of whoever wants it."""
    key.withdrawn_at, key.is_told = timezone.now(), False
    key.save(update_fields=["withdrawn_at", "is_told"])
    record.write(
        actor=actor, action=Action.KEEP_KEYS, subject=f"key {key.pk}", facts={"withdrawn": True}
    )


def check_keeps(clerk: User, member: str) -> None:
    """Refuse who keeps no keys of this member."""
    if clerk.is_locked or not may(clerk.roles, Action.KEEP_KEYS, Right.DO):
        raise InputFault("your roles do not let you keep keys")
    if not Binding.objects.filter(user=clerk, member=member).exists():
        raise InputFault(f"you are not bound to member {member}")


def tell_floor() -> bool:
    """Tell the floor of every key that it does not know of yet; return whether it knows all."""
    with _one:  # so that a key which is made and withdrawn comes there in this order
        waiting = list(DoorKey.objects.filter(is_told=False).order_by("pk"))
        told = [is_told(key) for key in waiting]  # one that is refused holds up no other
        return all(told)


def is_told(key: DoorKey) -> bool:
    """Tell the floor of a key; return whether it took it."""
    try:
        tell(key)
    except (NotReady, InputFault):
        return False
    return True


def tell(key: DoorKey) -> None:
    """Tell the floor of a key, and note that it knows."""
    place = shown().follower.places.operator
    if key.withdrawn_at:
        ask(place, "withdraw key", name=key.name)
    else:
        ask(
            place,
            "make key",
            name=key.name,
            token_hash=key.token_hash,
            member=key.member,
            codes=key.codes.split(),
            rights=["trade", "read"] if key.may_trade else ["read"],
        )
    DoorKey.objects.filter(pk=key.pk, withdrawn_at=key.withdrawn_at).update(is_told=True)


def doubt() -> None:
    """Let the floor be told of the office's own keys again: it says that it does not know one."""
    DoorKey.objects.filter(withdrawn_at=None).exclude(holder="").update(is_told=False)
