"""The second factor: six digits of an app beside the password (TOTP, RFC 6238).

Each code is good once: the step it belongs to is kept, and an earlier one is refused. A try counts
in the same throttle as a password. A new password, which two persons give, takes the factor away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.people import record
from huiguan.office.people.models import Failures, SecondFactor
from huiguan.office.people.roles import STAFF, Action
from huiguan.office.people.sign_in import count_try, key_of
from huiguan.office.persons import data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huiguan.office.people.models import User

STEP_SECONDS = 30  # RFC 6238, 4.1
DRIFT = 1  # steps that two clocks may be apart
DIGITS = 6
SECRET = "second factor"  # noqa: S105  where it stands


def has_one(user: User) -> bool:
    """Return whether a user gives a code at the sign-in."""
    return SecondFactor.objects.filter(user=user).exists()


def is_missing(user: User, roles: Iterable[str]) -> bool:
    """Return whether this hall asks staff for a second factor and this one has none yet."""
    return settings.SECOND_FACTOR_ASKED and any(r in STAFF for r in roles) and not has_one(user)


def fresh_secret() -> str:
    """Return a secret that nobody has had, as apps of codes read it (base 32)."""
    return str(pyotp.random_base32())


def address_of_app(user: User, secret: str) -> str:
    """Return what an app of codes opens."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=user.name, issuer_name="Huiguan"))


@transaction.atomic
def begin(*, user: User, secret: str, code: str) -> None:
    """Ask for codes from now on; the first one proves that the app has the secret."""
    if has_one(user):
        raise InputFault("there is a second factor already; end it first")
    found = SecondFactor(user=user, secret=data.seal(user.person, secret, SECRET))
    take_step(found, code)
    found.save(force_insert=True)
    tell(user, state="on")


@transaction.atomic
def end(*, user: User) -> None:
    """Ask for no codes any more."""
    count, _ = SecondFactor.objects.filter(user=user).delete()
    if count:
        tell(user, state="off")


def proved(*, user: User, code: str, address: str) -> None:
    """Take a code at the sign-in; raises ``InputFault`` for a wrong, an old or a used one."""
    key = key_of(f"{user.name}\0code", address)
    count_try(key=key, user=user)
    with transaction.atomic():
        found = SecondFactor.objects.select_for_update().filter(user=user).first()
        if found is None:
            raise InputFault("there is no second factor any more; sign in again")
        take_step(found, code)
        found.save(update_fields=["last_step"])
    Failures.objects.filter(pk=key).delete()


def take_step(found: SecondFactor, code: str) -> None:
    """Find the step that a code belongs to, later than any that was used."""
    secret = data.opened(found.secret, SECRET)
    totp, now = pyotp.TOTP(secret), int(timezone.now().timestamp()) // STEP_SECONDS
    digits = "".join(code.split())
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > found.last_step and pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            found.last_step = step
            return
    raise InputFault("this is not the code of now; wait for the next one, and look at the clock")


def tell(user: User, *, state: str) -> None:
    """Record that the factor was begun or ended."""
    own = {"second factor": state}
    record.write(actor=user, action=Action.KEEP_OWN_ACCOUNT, subject=f"user {user.pk}", facts=own)
