"""The table of a warrant's life, cell by cell, and what each refusal is for (rulebook 6.8)."""

import msgspec
import pytest

from huiguan.exchange.delivery.goods import last_deliverable_day
from huiguan.exchange.delivery.register import Facility, Form, Holder, Register, counts, fold
from huiguan.exchange.delivery.warrants import (
    TRANSITIONS,
    Act,
    Cause,
    State,
    Step,
    Warrant,
    after,
)
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal

LIFE = """
applied    approve:approved refuse:refused
approved   store:stored refuse:refused
stored     inspect:inspected refuse:refused
inspected  issue:issued refuse:refused
issued     freeze:frozen pledge:pledged transfer:issued withdraw:withdrawn expire:expired
frozen     release:issued deliver:issued
pledged    redeem:issued
expired    transfer:expired withdraw:withdrawn
withdrawn
refused
"""


def test_every_cell_of_the_table() -> None:
    """What is not written in the table is refused, in every state and for every step."""
    written = {}
    for line in LIFE.strip().splitlines():
        state, *ways = line.split()
        for way in ways:
            act, to = way.split(":")
            written[State[state.upper()], Act[act.upper()]] = State[to.upper()]
    assert written == TRANSITIONS
    for state in State:
        warrant = Warrant(
            id="N", product="ni", facility="W", holder="A", state=state, quantity=6_000,
            cause=Cause.DELIVERY if state == State.FROZEN else Cause.NONE,
        )  # fmt: skip
        for act in Act:
            step = Step(act=act, warrant="N", day=1, by="A", to="B", cause=Cause.DELIVERY)
            found = after(warrant, step)
            if (state, act) in written:
                assert isinstance(found, Warrant)
                assert found.state == written[state, act]
            else:
                assert found == Refusal.WARRANT_STATE


def register() -> Register:
    place = Facility(
        code="W", name="W", kind="warehouse", region="R", capacity={"ni": 12_000, "cu": 25_000}
    )
    return Register(
        facilities={"W": place},
        holders={c: Holder(code=c, member=c, warrant_account=c != "N") for c in "ABN"},
        forms={"ni": Form(quantity=6_000, over_ppb=20_000_000, short_ppb=20_000_000)},
    )


def steps(text: str) -> list[Step]:
    """Read ``day act warrant key=value ...`` a line; applications are 6 t of nickel by A at W."""
    found = []
    for line in text.strip().splitlines():
        day, act, warrant, *more = line.split()
        given: dict[str, object] = dict(part.split("=") for part in more)
        for name in ("quantity", "deliverable_until", "paid_through"):
            if name in given:
                given[name] = int(str(given[name]))
        if "cause" in given:
            given["cause"] = Cause[str(given["cause"]).upper()]
        if act == "apply":
            given = {"by": "A", "product": "ni", "facility": "W", "quantity": 6_000} | given
        found.append(
            Step(act=Act[act.upper()], warrant=warrant, day=int(day), **given)  # type: ignore[arg-type]
        )
    return found


ISSUED = """
1 apply N1
1 approve N1
2 store N1
3 inspect N1 quantity=6010
4 issue N1
"""


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ("4 freeze N2 cause=order", Refusal.UNKNOWN_WARRANT),
        ("3 freeze N1 cause=order", Refusal.STEP_OUT_OF_ORDER),
        ("4 store N1", Refusal.WARRANT_STATE),
        ("4 apply N1", Refusal.WARRANT_STATE),
        ("4 transfer N1 by=B to=A", Refusal.WARRANT_OF_ANOTHER),
        ("4 withdraw N1 by=B", Refusal.WARRANT_OF_ANOTHER),
        ("4 transfer N1 by=A to=A", Refusal.WARRANT_TO_NOBODY),
        ("4 pledge N1 by=A", Refusal.WARRANT_TO_NOBODY),
        ("4 transfer N1 by=A to=N", Refusal.NO_WARRANT_ACCOUNT),
        ("4 transfer N1 by=A to=Z", Refusal.NO_WARRANT_ACCOUNT),
        ("4 freeze N1", Refusal.WARRANT_WITHOUT_CAUSE),
        ("4 freeze N1 cause=order\n5 release N1 cause=margin", Refusal.WARRANT_WITHOUT_CAUSE),
        ("4 freeze N1 cause=margin\n5 deliver N1 to=B", Refusal.WARRANT_WITHOUT_CAUSE),
        ("4 apply N2 by=N", Refusal.NO_WARRANT_ACCOUNT),
        ("4 apply N2 facility=X", Refusal.FACILITY_NOT_APPROVED),
        ("4 apply N2 product=cu", Refusal.FACILITY_NOT_APPROVED),
        ("4 apply N2 quantity=6001", Refusal.NOT_ONE_WARRANT),
        ("4 apply N2\n4 approve N2\n4 apply N3\n4 approve N3", Refusal.FACILITY_FULL),
        ("4 apply N2\n4 approve N2\n4 store N2\n4 inspect N2 quantity=5879",
         Refusal.WEIGHT_OUTSIDE_FORM),  # 6,000 x 0.98 = 5,880
        ("4 apply N2\n4 approve N2\n4 store N2\n4 inspect N2 quantity=6120", Refusal.ACCEPTED),
        ("1 apply N2\n1 approve N2\n1 store N2\n1 inspect N2 quantity=6000".replace("1 ", "4 ")
        + "\n5 issue N2 deliverable_until=4", Refusal.GOODS_TOO_OLD),
        ("4 withdraw N1 by=A quantity=6009\n5 apply N2\n5 approve N2\n5 apply N3\n5 approve N3",
         Refusal.ACCEPTED),  # what was taken out left room
    ],
)  # fmt: skip
def test_each_way_to_say_no(more: str, refusal: Refusal) -> None:
    found = register()
    every = steps(ISSUED + more)
    taken, said = fold(found, every)
    assert said == refusal
    assert taken == len(every) - (refusal != Refusal.ACCEPTED)


def test_brands_are_those_registered() -> None:
    found = register()
    found.forms["ni"] = Form(quantity=6_000, over_ppb=0, short_ppb=0, brands=frozenset({"RED"}))
    assert fold(found, steps("1 apply N1 brand=BLUE")) == (0, Refusal.BRAND_NOT_REGISTERED)
    assert fold(found, steps("1 apply N1 brand=RED")) == (1, Refusal.ACCEPTED)


def test_issued_is_what_became_of_it() -> None:
    """Five warrants of 6 t: one held, one frozen, one pledged, one too old, one taken out."""
    found = register()
    found.facilities["W"].capacity["ni"] = 30_000
    one = "1 apply N\n1 approve N\n1 store N\n1 inspect N quantity=6000\n1 issue N"
    for name in "12345":
        every = [msgspec.structs.replace(step, warrant=f"N{name}") for step in steps(one)]
        assert fold(found, every) == (5, Refusal.ACCEPTED)
    fold(
        found,
        steps("5 freeze N2 cause=order\n5 pledge N3 by=A to=B\n5 expire N4\n5 withdraw N5 by=A"),
    )
    (count,) = counts(found.warrants.values()).values()
    assert count.balanced
    assert (count.issued, count.held, count.frozen) == (30_000, 6_000, 6_000)
    assert (count.pledged, count.expired, count.withdrawn) == (6_000, 6_000, 6_000)


def test_how_long_goods_may_be_delivered() -> None:
    """Unconfirmed rules of rebar (90 days), rubber (November of the next year) and issue."""
    assert last_deliverable_day("none", 0, 20260601, 20260701) == 0
    assert last_deliverable_day("days_from_production", 90, 20260601, 20260701) == 20260830
    assert last_deliverable_day("days_from_issue", 30, 20260601, 20260701) == 20260731
    assert last_deliverable_day("november_of_next_year", 0, 20250310, 20250701) == 20261130
    with pytest.raises(InputFault):
        last_deliverable_day("days_from_production", 90, 0, 20260701)  # 0 is no day
