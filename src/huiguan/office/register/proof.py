"""The proof of the register: its rows stand as the lines of the record tell, in order."""

from __future__ import annotations

import json

from huiguan.exchange.register.lists import Listed, key_of
from huiguan.foundation.faults import CheckFault
from huiguan.office.people.models import RecordLine, State
from huiguan.office.register.changing import ACTIONS
from huiguan.office.register.models import Entry
from huiguan.office.register.sheets import line_of, row_of

TAKEN_ON = 2_000  # lines read at once


def check() -> int:
    """Prove every row; return how many there are. ``CheckFault`` names one that differs."""
    meant: dict[tuple[str, str], str] = {}
    told = RecordLine.objects.filter(action__in=[str(action) for action in ACTIONS.values()])
    for text in told.order_by("number").values_list("facts", flat=True).iterator(TAKEN_ON):
        facts = json.loads(text)
        if facts.get("state") not in (None, State.APPROVED):
            continue
        listed = Listed(facts["listed"])
        for line in facts["lines"]:
            meant[listed, key_of(listed, row_of(listed, line))] = line
    found = {
        (one.listed, one.key): line_of(Listed(one.listed), one.cells)
        for one in Entry.objects.iterator(TAKEN_ON)
    }
    for name in sorted(meant.keys() | found.keys()):
        if meant.get(name) != found.get(name):
            raise CheckFault(f"{' '.join(name)} of the register is not as the record tells")
    return len(found)
