"""The proof of bindings and keys: they stand as the lines of the record tell, in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from huiguan.foundation.faults import CheckFault
from huiguan.office.members.models import Binding, DoorKey
from huiguan.office.people.models import RecordLine, State
from huiguan.office.people.roles import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKEN_ON = 2_000  # lines read at once


def told(action: Action) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield subject and facts of every line of an action, in order."""
    lines = RecordLine.objects.filter(action=action).order_by("number")
    for subject, facts in lines.values_list("subject", "facts").iterator(TAKEN_ON):
        yield subject, json.loads(facts)


def check() -> tuple[int, int]:
    """Prove bindings and keys; return how many there are. ``CheckFault`` names who differs."""
    return check_bindings(), check_keys()


def check_bindings() -> int:
    """Refuse a binding that is not the one which was approved last."""
    lines = [
        facts for _, facts in told(Action.BIND_USER) if facts.get("state") in (None, State.APPROVED)
    ]
    meant = {facts["user"]: (facts["member"], facts["codes"]) for facts in lines}
    found = {
        one.pk: (one.member, one.codes) for one in Binding.objects.prefetch_related("held").all()
    }
    for user in sorted(meant.keys() | found.keys()):
        if meant.get(user) != found.get(user):
            raise CheckFault(f"the binding of user {user} is not as the record tells")
    return len(found)


def check_keys() -> int:
    """Refuse a key that was not made so, or is not withdrawn where the record tells it."""
    meant: dict[str, dict[str, Any]] = {}
    for subject, facts in told(Action.KEEP_KEYS):
        meant.setdefault(subject, {"withdrawn": False}).update(facts)
    found = {
        f"key {key.pk}": {
            "member": key.member,
            "codes": key.codes.split(),
            "may trade": key.may_trade,
            "withdrawn": key.withdrawn_at is not None,
        }
        for key in DoorKey.objects.iterator(TAKEN_ON)
    }
    for key in sorted(meant.keys() | found.keys()):
        if meant.get(key) != found.get(key):
            raise CheckFault(f"{key} is not as the record tells")
    return len(found)
