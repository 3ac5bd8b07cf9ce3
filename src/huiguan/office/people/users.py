"""What is done to users under four eyes: read what is, check what is wanted, do it.

Each deed runs inside the transaction that approves its proposal (``proposals``); nothing else calls
it. A password that a deed makes is returned once and kept as its hash alone.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.models import LANGUAGES, Holding, SecondFactor, User
from huiguan.office.people.roles import FOUR_EYES, GIVEN, Action, Right, may
from huiguan.office.persons import data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal
    from huiguan.office.persons.models import PersonKey

NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
PASSWORD_BYTES = 12  # 96 bits, 16 letters


def fresh_password() -> str:
    """Return a password that nobody has had."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def checked_name(name: str) -> str:
    """Return a name to sign in with, or raise ``InputFault``."""
    if not NAME.fullmatch(name):
        raise InputFault(
            "a name has 2 to 32 small letters, digits, dots, hyphens or underscores, and begins "
            "with a letter"
        )
    if User.objects.named(name) is not None:
        raise InputFault("this name is taken; choose another one")
    return name


def checked_roles(roles: object) -> list[str]:
    """Return roles in their order, or raise ``InputFault``."""
    found = sorted({str(role) for role in roles}) if isinstance(roles, list | tuple) else []
    if unknown := [role for role in found if role not in GIVEN]:
        raise InputFault(f"there is no role {unknown[0]!r}; there are {', '.join(GIVEN)}")
    if not found:
        raise InputFault("choose at least one role")
    return found


def checked_language(language: object) -> str:
    """Return a language of the pages, or raise ``InputFault``."""
    if language not in LANGUAGES:
        raise InputFault("the language is en or zh")
    return str(language)


def make(
    *,
    name: str,
    roles: list[str],
    language: str,
    must_change: bool = True,
    person: PersonKey | None = None,
) -> Done:
    """Make a user; a password that somebody else was shown is changed at the first sign-in."""
    password = fresh_password()
    user = User(
        person=person or data.make_person(),
        language=language,
        must_change_password=must_change,
        made_at=timezone.now(),
    )
    user.call(name)
    user.set_password(password)
    user.save(force_insert=True)
    hold(user, roles)
    return Done({"user": user.pk, "roles": roles, "locked": False}, password, name)


def hold(user: User, roles: list[str]) -> None:
    """Let a user have these roles and no other."""
    user.holdings.exclude(role__in=roles).delete()
    held = set(user.holdings.values_list("role", flat=True))
    Holding.objects.bulk_create(Holding(user=user, role=role) for role in roles if role not in held)


def check_two_remain() -> None:
    """Refuse a change after which no two persons could make another one."""
    makers, checkers = set(), set()
    for user, role in Holding.objects.filter(user__is_locked=False).values_list("user_id", "role"):
        if all(may([role], action, Right.MAKE) for action in FOUR_EYES):
            makers.add(user)
        if all(may([role], action, Right.CHECK) for action in FOUR_EYES):
            checkers.add(user)
    if not makers or not checkers or len(makers | checkers) < 2:
        raise InputFault("after this nobody could make and another one check a change of people")


def somebody(subject: Subject) -> User:
    """Return the user a deed is about."""
    assert isinstance(subject, User), "only a new user is nobody yet"
    if subject.is_erased:
        raise InputFault("this person is erased; nothing about them is changed any more")
    return subject


def nothing(_: Subject) -> Facts:
    """Return what is told of a user to be made, and of a password: nothing."""
    return {}


def roles_of(subject: Subject) -> Facts:
    """Return the roles there are."""
    return {"roles": somebody(subject).roles}


def lock_of(subject: Subject) -> Facts:
    """Return whether there is a lock."""
    return {"locked": somebody(subject).is_locked}


def want_user(_: Subject, given: Mapping[str, Any]) -> Facts:
    """Check what is wanted of a new user, whose key seals the name from here on."""
    name = checked_name(str(given.get("name", "")))
    roles = checked_roles(given.get("roles"))
    language = checked_language(given.get("language", "en"))
    sealed = data.sealed_fact(data.make_person(), name, data.NAME)
    return {"name": sealed, "roles": roles, "language": language}


def want_roles(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check wanted roles."""
    roles = checked_roles(given.get("roles"))
    if roles == somebody(subject).roles:
        raise InputFault("these are the roles already")
    return {"roles": roles}


def want_lock(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that a lock makes sense."""
    if somebody(subject).is_locked:
        raise InputFault("this user is locked already")
    return {"locked": True}


def want_no_lock(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that there is a lock to take away."""
    if not somebody(subject).is_locked:
        raise InputFault("this user is not locked")
    return {"locked": False}


def erasure_of(subject: Subject) -> Facts:
    """Return that nobody is erased yet."""
    return {"erased": somebody(subject).is_erased}


def want_erased(_: Subject, __: Mapping[str, Any]) -> Facts:
    """Return what is wanted of an erasure."""
    return {"erased": True}


def want_password(_: Subject, __: Mapping[str, Any]) -> Facts:
    """Return what is wanted of a reset: a new password, which nobody chooses."""
    return {"password": "new"}


def run_make(proposal: Proposal) -> Done:
    """Make the user; the name may have been taken meanwhile."""
    after = proposal.after
    name = checked_name(data.opened_facts(after)["name"])
    person = data.whose(after["name"][data.SEALED])
    return make(name=name, roles=after["roles"], language=after["language"], person=person)


def run_roles(proposal: Proposal) -> Done:
    """Change the roles."""
    found = somebody(proposal.subject)
    hold(found, proposal.after["roles"])
    check_two_remain()
    return Done({"user": found.pk, "roles": proposal.after["roles"]})


def run_lock(proposal: Proposal) -> Done:
    """Lock or unlock; the sessions of a locked user end with it."""
    found = somebody(proposal.subject)
    found.is_locked = proposal.after["locked"]
    found.save(update_fields=["is_locked"])
    check_two_remain()
    return Done({"user": found.pk, "locked": found.is_locked})


def run_password(proposal: Proposal) -> Done:
    """Give a new password, to be changed at the next sign-in; every session of the old one ends.

    A second factor ends too: who lost the app has lost it with the password.
    """
    found, password = somebody(proposal.subject), fresh_password()
    found.set_password(password)
    found.must_change_password = True
    found.save(update_fields=["password", "must_change_password"])
    SecondFactor.objects.filter(user=found).delete()
    return Done({"user": found.pk}, password, found.name)


def run_erase(proposal: Proposal) -> Done:
    """Erase a person: no name, no role, no way in; the key is destroyed when this is written.

    What others did with them stays: numbers, digests and chains hold no word of anybody.
    """
    found = somebody(proposal.subject)
    hold(found, [])
    found.is_locked = True
    found.name_index = data.no_index()
    found.set_unusable_password()
    found.save()
    check_two_remain()
    SecondFactor.objects.filter(user=found).delete()
    data.erase(found.person)
    return Done({"user": found.pk, "roles": [], "locked": True, "erased": True})


def became_erased(proposal: Proposal) -> str:
    """Say whether the key is destroyed."""
    assert proposal.subject is not None, "an erasure is of a user"
    if data.has_key(proposal.subject.person):
        return "the key is destroyed at the next start of the hall"
    return "the key is destroyed: nobody reads these data any more"


def prove_names() -> tuple[int, int]:
    """Prove that all that is kept of persons opens, and that who is erased has no key.

    Returns how many persons there are, and how many of them are erased; raises ``CheckFault``.
    """
    for user in User.objects.select_related("person"):
        if not user.name and not user.is_erased:
            raise CheckFault(
                f"the key of person {user.person_id} is missing; put it back from its copy"
            )
    return data.prove()


DEEDS: dict[Action, Deed] = {
    Action.MAKE_USER: Deed(nothing, want_user, run_make),
    Action.CHANGE_ROLES: Deed(roles_of, want_roles, run_roles),
    Action.LOCK_USER: Deed(lock_of, want_lock, run_lock),
    Action.UNLOCK_USER: Deed(lock_of, want_no_lock, run_lock),
    Action.RESET_PASSWORD: Deed(nothing, want_password, run_password),
    Action.ERASE_PERSON: Deed(erasure_of, want_erased, run_erase, became_erased),
}
