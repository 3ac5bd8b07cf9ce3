"""Signing in and the own account: a throttle before the password is looked at, a line after.

Five failures of a name from one address, and that pair waits for a quarter of an hour; others of
the same name or the same address do not. A try counts before it is checked, so many at once are
no way around. What is kept of a pair is a keyed hash.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.people import record
from huiguan.office.people.models import NAME_LENGTH, Failures, User
from huiguan.office.people.roles import Action
from huiguan.office.people.users import checked_language
from huiguan.office.persons import data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

MOST_FAILURES = 5
WAIT = dt.timedelta(minutes=15)
KEPT = dt.timedelta(days=1)
SIGN_IN, SIGN_OUT, SHUT_OUT = "sign in", "sign out", "shut out"
WRONG = "name and password do not fit together, or the user is locked"


def key_of(name: str, address: str) -> str:
    """Return what stands for a name at an address."""
    told = f"failures\0{name}\0{address}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), told, "sha256").hex()


@transaction.atomic
def count_try(*, key: str, user: User | None) -> None:
    """Count a try before its password is looked at; ``InputFault`` where there were too many."""
    now = timezone.now()
    Failures.objects.filter(last_at__lt=now - KEPT).delete()
    found, _ = Failures.objects.select_for_update().get_or_create(
        pk=key, defaults={"count": 0, "last_at": now}
    )
    if now - found.last_at >= WAIT:
        found.count = 0
    if found.count >= MOST_FAILURES:
        left = WAIT - (now - found.last_at)
        raise InputFault(
            f"too many failures of this name from here; try again in {minutes(left)} minutes"
        )
    found.count, found.last_at = found.count + 1, now
    found.save()
    if found.count == MOST_FAILURES and user is not None:
        facts = {"minutes": minutes(WAIT)}
        record.write(actor=None, action=SHUT_OUT, subject=f"user {user.pk}", facts=facts)


def minutes(left: dt.timedelta) -> int:
    """Return whole minutes, rounded up."""
    return -(-left // dt.timedelta(minutes=1))


def proved(*, name: str, password: str, address: str, request: HttpRequest | None = None) -> User:
    """Return the user of a name and a password; ``InputFault`` says no without saying which."""
    name = name.strip().lower()[:NAME_LENGTH]
    key = key_of(name, address)
    count_try(key=key, user=User.objects.named(name))
    user = authenticate(request, username=name, password=password)
    if user is None:
        raise InputFault(WRONG)
    Failures.objects.filter(pk=key).delete()
    return user


@transaction.atomic
def tell_signed_in(*, user: User) -> None:
    """Record that somebody signed in."""
    record.write(actor=user, action=SIGN_IN, subject=f"user {user.pk}", facts={})


@transaction.atomic
def tell_signed_out(*, user: User) -> None:
    """Record that somebody signed out."""
    record.write(actor=user, action=SIGN_OUT, subject=f"user {user.pk}", facts={})


@transaction.atomic
def change_language(*, user: User, language: str) -> None:
    """Let a user read in another language."""
    user.language = checked_language(language)
    user.save(update_fields=["language"])
    own = {"language": user.language}
    record.write(actor=user, action=Action.KEEP_OWN_ACCOUNT, subject=f"user {user.pk}", facts=own)


@transaction.atomic
def keep_own_data(*, user: User, given: Mapping[str, str]) -> list[str]:
    """Keep what a user says of themselves; return the names of what changed."""
    before = data.kept(user.person)
    changed = [
        field
        for field in data.OWN_FIELDS
        if field in given and given[field] != before.get(field, "")
    ]
    for field in changed:
        data.keep(user.person, field, given[field])
    if changed:
        own = {"own data": changed}
        record.write(
            actor=user, action=Action.KEEP_OWN_ACCOUNT, subject=f"user {user.pk}", facts=own
        )
    return changed


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Give a user the password they chose; every other session of theirs ends.

    Raises ``InputFault`` for one that is too short, too common, or like the name.
    """
    if user.check_password(password):
        raise InputFault("the new password is the old one")
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise InputFault(" ".join(fault.messages)) from None
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    own = {"password": "new"}
    record.write(actor=user, action=Action.KEEP_OWN_ACCOUNT, subject=f"user {user.pk}", facts=own)
