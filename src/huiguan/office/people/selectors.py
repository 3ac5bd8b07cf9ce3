"""What is read of people: each page asks here."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from huiguan.office.people.models import Proposal, RecordLine, State, User
from huiguan.office.people.roles import Action, Right, may
from huiguan.office.persons import data, exports

FACTS = 20  # of one label that a line of the record shows
LINES = 50  # of the record a page
BOOLEANS = {"True": "yes", "False": "no"}
DECIDED = 50  # proposals shown behind those that wait


class Person(NamedTuple):
    """Who reads a page: a user with roles, or a guest."""

    user: User | None
    roles: list[str]

    def may(self, action: Action, right: Right) -> bool:
        """Return whether this person has a right."""
        return self.user is not None and may(self.roles, action, right)


class Told(NamedTuple):
    """A line of the record for a page, with the names that it does not hold."""

    number: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    facts: list[tuple[str, list[str]]]
    hash: str


def person_of(user: Any) -> Person:  # noqa: ANN401  Django says no types
    """Return a person by what the session says."""
    return Person(user, user.roles) if isinstance(user, User) else Person(None, [])


def user_by_number(number: int) -> User | None:
    """Return a user, or None."""
    return User.objects.prefetch_related("holdings").filter(pk=number).first()


def users() -> list[User]:
    """Return every user by name, and behind them who is erased."""
    found = User.objects.prefetch_related("holdings").order_by("pk")
    return sorted(found, key=lambda user: (user.name == "", user.name))


def user_by_name(name: str) -> User | None:
    """Return a user by name, or None."""
    return User.objects.named(name)


def found_by(text: str) -> list[User]:
    """Return the users of whom exactly this is kept: a name, or one of the own data."""
    text = " ".join(text.split())
    persons = {number for field in data.OWN_FIELDS for number in data.found_by(field, text)}
    found = list(User.objects.filter(person__in=persons).order_by("pk"))
    named = User.objects.named(text.lower())
    return found if named is None or named in found else [named, *found]


def told_of(user: User) -> dict[str, Any]:
    """Return all that the office keeps of a user, by what it is: for an export."""
    about = f"user {user.pk}"
    made_them = Q(after__name__sealed__startswith=f"{user.person_id}.")
    decided = Q(maker=user) | Q(subject=user) | Q(checker=user)
    proposals = Proposal.objects.filter(decided | made_them)
    lines = RecordLine.objects.filter(Q(actor=user.pk) | Q(subject=about)).order_by("number")
    return {
        "user": [
            {
                "number": user.pk,
                "name": user.name,
                "language": user.language,
                "roles": user.roles,
                "locked": user.is_locked,
                "made": user.made_at,
                "last sign-in": user.last_login,
            }
        ],
        "own data": [data.kept(user.person)],
        "proposals": [
            {
                "number": one.pk,
                "what": one.action,
                "about": one.subject_id or one.about,
                "before": data.opened_facts(one.before, user.person),
                "after": data.opened_facts(one.after, user.person),
                "why": one.why,
                "asked by": one.maker_id,
                "asked on": one.made_at,
                "state": one.state,
                "decided by": one.checker_id,
                "said": one.said,
            }
            for one in proposals.order_by("pk")
        ],
        **{what: told(user) for what, told in exports.SOURCES.items()},
        "record": [
            {"number": line.number, "time": line.at, "what": line.action, "facts": line.facts}
            for line in lines
        ],
    }


def proposals_for(person: Person) -> Any:  # noqa: ANN401  Django says no types
    """Return the proposals that a person may see: all, or their own and what they may decide on."""
    if person.may(Action.SEE_PROPOSALS, Right.SEE):
        return Proposal.objects.all()
    checks = [str(action) for action in Action if person.may(action, Right.CHECK)]
    return Proposal.objects.filter(Q(maker=person.user) | Q(action__in=checks))


def proposals_waiting(person: Person) -> list[Proposal]:
    """Return what waits for a decision, the oldest first."""
    found = proposals_for(person).filter(state=State.WAITING, ends_at__gte=timezone.now())
    return list(found.select_related("maker", "subject").order_by("pk"))


def proposals_past(person: Person) -> list[Proposal]:
    """Return what was decided or grew too old, the newest first."""
    past = proposals_for(person).exclude(state=State.WAITING, ends_at__gte=timezone.now())
    return list(past.select_related("maker", "subject", "checker").order_by("-pk")[:DECIDED])


def proposal(person: Person, number: int) -> Proposal | None:
    """Return a proposal that a person may see, or None."""
    found = proposals_for(person).select_related("maker", "subject", "checker")
    one: Proposal | None = found.filter(pk=number).first()
    return one


def is_open(found: Proposal, now: dt.datetime) -> bool:
    """Return whether a proposal can still be approved."""
    return found.state == State.WAITING and found.ends_at >= now


def lines_before(number: int | None) -> list[Told]:
    """Return a page of the record, the newest first, all of them below a number."""
    rows = RecordLine.objects.order_by("-number")
    rows = list((rows if number is None else rows.filter(number__lt=number))[:LINES])
    actors = User.objects.filter(pk__in={row.actor for row in rows})
    names = {user.pk: user.name or f"user {user.pk}" for user in actors}
    return [
        Told(
            row.number,
            timezone.localtime(dt.datetime.fromisoformat(row.at)),
            names.get(row.actor, ""),
            row.action,
            row.subject,
            facts_of(json.loads(row.facts), FACTS),
            row.hash,
        )
        for row in rows
    ]


def facts_of(facts: dict[str, Any], most: int = 0) -> list[tuple[str, list[str]]]:
    """Return facts as labels and at most so many words each; what a digest says nobody reads."""
    shown = []
    for label, value in sorted(data.opened_facts(facts).items()):
        if label in ("digest", data.NAME):
            continue
        values = value if isinstance(value, list) else [value]
        told = [BOOLEANS.get(str(one), str(one)) for one in values[: most or None]]
        shown.append((label, [*told, "…"] if most and len(values) > most else told))
    return shown
