"""Worked examples of the matching literature, and their contrasts."""

from collections.abc import Callable, Collection, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import deferred_acceptance, serial_dictatorship
from huiguan.housing.allocation.reserves import fill_slots
from huiguan.housing.allocation.school_choice import (
    blocking_pairs,
    break_ties,
    deferred_acceptance_with_lottery,
    deferred_acceptance_with_slots,
    immediate_acceptance,
    programme_proposing,
)
from huiguan.housing.allocation.trading import (
    top_trading_cycles,
    top_trading_cycles_with_priorities,
    you_request_my_house,
)

Lists = dict[str, list[str]]


def lists(text: str) -> Lists:
    """Read ``a: P Q`` lines."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return {who.strip(): wishes.split() for who, wishes in rows}


def ones(programmes: Mapping[str, object]) -> dict[str, int]:
    return dict.fromkeys(programmes, 1)


GALE_SHAPLEY_1 = (  # Gale and Shapley 1962, example 1: three stable matches
    lists("a: A B C\nb: B C A\nc: C A B"),
    lists("A: b c a\nB: c a b\nC: a b c"),
)
GALE_SHAPLEY_2 = (  # example 2: exactly one stable match
    lists("a: A B C D\nb: A D C B\nc: B A C D\nd: D B C A"),
    lists("A: d c a b\nB: b d a c\nC: d a b c\nD: c b a d"),
)
SCHOOLS_2003 = (  # Abdulkadiroglu and Sonmez 2003, example 1: stable is not efficient
    lists("i1: s2 s1 s3\ni2: s1 s2 s3\ni3: s1 s2 s3"),
    lists("s1: i1 i3 i2\ns2: i2 i1 i3\ns3: i2 i1 i3"),
)


@pytest.mark.parametrize(
    ("market", "applicants_ask", "programmes_ask"),
    [
        (GALE_SHAPLEY_1, "A B C", "C A B"),  # everybody's first choice, of either side
        (GALE_SHAPLEY_2, "C D A B", "C D A B"),
        (SCHOOLS_2003, "s1 s2 s3", "s1 s2 s3"),
    ],
)
def test_stable_matches(
    market: tuple[Lists, Lists], applicants_ask: str, programmes_ask: str
) -> None:
    wishes, order = market
    best = dict(zip(wishes, applicants_ask.split(), strict=True))
    worst = dict(zip(wishes, programmes_ask.split(), strict=True))
    assert deferred_acceptance(wishes, order, ones(order)) == best
    assert programme_proposing(wishes, order, ones(order)) == worst
    for match in (best, worst):
        assert blocking_pairs(match, wishes, order, ones(order)) == []


def test_residents_and_hospitals() -> None:
    """The example of the resident matching programme: three hospitals with two places each."""
    wishes = lists(
        "Arthur: City\nSunny: City Mercy\nJoseph: City General Mercy\n"
        "Latha: Mercy City General\nDarrius: City Mercy General"
    )
    order = lists(
        "Mercy: Darrius Joseph\nCity: Darrius Arthur Sunny Latha Joseph\n"
        "General: Darrius Arthur Joseph Latha"
    )
    expected = {
        "Arthur": "City",
        "Darrius": "City",
        "Joseph": "General",
        "Latha": "General",
        "Sunny": None,
    }
    assert deferred_acceptance(wishes, order, dict.fromkeys(order, 2)) == expected


def test_exchange_is_efficient_but_not_stable() -> None:
    wishes, order = SCHOOLS_2003
    match = top_trading_cycles_with_priorities(wishes, order, ones(order))
    assert match == {"i1": "s2", "i2": "s1", "i3": "s3"}  # i1 and i2 exchange their places
    assert blocking_pairs(match, wishes, order, ones(order)) == [("i3", "s1")]


def test_exchange_of_four_students() -> None:
    """A course's exercise: the ring g W j M, then t A; no seat is left for q."""
    wishes = lists("g: W A\nj: M A W\nt: A M\nq: W A M")
    order = lists("W: j q t g\nA: j g t q\nM: g t j q")
    match = top_trading_cycles_with_priorities(wishes, order, ones(order))
    assert match == {"g": "W", "j": "M", "t": "A", "q": None}


def test_exchange_with_quotas() -> None:
    """Abdulkadiroglu and Sonmez 2003, eight students and four schools, worked by hand.

    Round 1: rings i1 s2 i3 s3 i5 s1, and i6 s4. Round 2: i2 s1. Round 3: i4 s3 i7 s2. Then i8
    takes the last place of s3.
    """
    wishes = lists(
        "i1: s2 s1 s3 s4\ni2: s1 s2 s3 s4\ni3: s3 s2 s1 s4\ni4: s3 s4 s1 s2\n"
        "i5: s1 s3 s4 s2\ni6: s4 s1 s2 s3\ni7: s1 s2 s3 s4\ni8: s1 s2 s4 s3"
    )
    order = lists(
        "s1: i1 i2 i3 i4 i5 i6 i7 i8\ns2: i3 i5 i4 i8 i7 i2 i1 i6\n"
        "s3: i5 i3 i1 i7 i2 i8 i6 i4\ns4: i6 i8 i7 i4 i2 i3 i5 i1"
    )
    match = top_trading_cycles_with_priorities(wishes, order, {"s1": 2, "s2": 2, "s3": 3, "s4": 1})
    assert " ".join(str(match[f"i{n}"]) for n in range(1, 9)) == "s2 s1 s3 s3 s1 s4 s2 s3"


def test_you_request_my_house() -> None:
    """Abdulkadiroglu and Sonmez 1999: nine tenants, seven newcomers, seven vacant houses."""
    wishes = lists(
        "i1: h15\ni2: h3 h4\ni3: h1 h3\ni4: h2\ni5: h9\ni6: h6\ni7: h7\ni8: h6 h12\ni9: h11\n"
        "i10: h7 h3 h12 h10\ni11: h2 h4 h16\ni12: h4 h14\ni13: h6 h13\ni14: h8\ni15: h1\ni16: h5"
    )
    turns = [f"i{n}" for n in (13, 15, 11, 14, 12, 16, 10, *range(1, 10))]
    owners = {f"h{n}": f"i{n}" for n in range(1, 10)}
    match = you_request_my_house(wishes, turns, owners, [f"h{n}" for n in range(10, 17)])
    got = " ".join(str(match[f"i{n}"]) for n in range(1, 17))
    assert got == "h15 h4 h3 h2 h9 h6 h7 h12 h11 h10 h16 h14 h13 h8 h1 h5"


def test_housing_market() -> None:
    # 1 and 3 want each other's house and exchange; 2 asks in vain for a, then c, and keeps b
    wishes = lists("1: c b a d\n2: a c b d\n3: a b c d\n4: c b d a")
    owners = {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert top_trading_cycles(wishes, owners) == {"1": "c", "2": "b", "3": "a", "4": "d"}


def test_immediate_acceptance_rewards_gaming() -> None:
    """B comes first at Q, but tells the truth and loses it; the stable match gives it."""
    wishes = lists("a: P Q R\nb: P Q R\nc: Q P R")
    order = lists("P: a b c\nQ: b c a\nR: a b c")
    truth = immediate_acceptance(wishes, order, ones(order))
    assert truth == {"a": "P", "b": "R", "c": "Q"}
    assert blocking_pairs(truth, wishes, order, ones(order)) == [("b", "Q")]
    lie = immediate_acceptance({**wishes, "b": ["Q", "P", "R"]}, order, ones(order))
    assert lie["b"] == "Q"
    assert deferred_acceptance(wishes, order, ones(order))["b"] == "Q"


@pytest.mark.parametrize(
    ("slots", "kept"),
    [
        # half of four seats are for walkers; two of the three best are walkers anyway
        ([("walk", 2), ("", 2)], "w1 o1 w2 o2"),  # walkers first: the reserve changes nothing
        ([("", 2), ("walk", 2)], "w1 o1 w2 w3"),  # open seats first: the reserve comes on top
        ([("", 1), ("walk", 2), ("", 1)], "w1 w2 w3 o1"),
    ],
)
def test_the_order_of_slots_decides(slots: list[tuple[str, int]], kept: str) -> None:
    """Boston's walk zone (Dur, Kominers, Pathak, Sonmez 2018)."""
    order = ["w1", "o1", "w2", "o2", "w3", "o3"]
    claims = {name: ["walk"] for name in order if name.startswith("w")}
    wishes = {name: ["P"] for name in order}
    match = deferred_acceptance_with_slots(wishes, {"P": order}, {"P": slots}, claims)
    assert {name for name in match if match[name]} == set(kept.split())


def test_one_lottery_breaks_ties() -> None:
    classes = {"P": [["b", "a"], ["c"]], "Q": [["c", "b", "a"]]}
    assert break_ties(classes, ["c", "b", "a"]) == {"P": ["b", "a", "c"], "Q": ["c", "b", "a"]}
    wishes = lists("a: P Q\nb: P Q\nc: P Q")
    match = deferred_acceptance_with_lottery(wishes, classes, {"P": 1, "Q": 1}, ["c", "b", "a"])
    assert match == {"a": None, "b": "P", "c": "Q"}


def plain_with_slots(
    wishes: Lists,
    order: Lists,
    slots: dict[str, list[tuple[str, int]]],
    claims: Mapping[str, Collection[str]],
) -> dict[str, str | None]:
    """Match with lists: who asks joins those held, and the slots choose again."""
    asked = dict.fromkeys(wishes, 0)
    held: Lists = {programme: [] for programme in slots}
    waiting = list(wishes)
    while waiting:
        who = waiting.pop()
        if asked[who] == len(wishes[who]):
            continue
        programme = wishes[who][asked[who]]
        asked[who] += 1
        pool = [name for name in order[programme] if name == who or name in held[programme]]
        rows = slots[programme]
        kept = fill_slots(pool, claims, sum(seats for _, seats in rows), rows)
        waiting += [name for name in {*pool, who} if name not in kept]
        held[programme] = list(kept)
    return {who: next((p for p in held if who in held[p]), None) for who in wishes}


PEOPLE, PROGRAMMES = list("abcdefg"), list("PQR")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_slots_agree_with_the_plain_choice(data: st.DataObject) -> None:
    def some(names: list[str]) -> Sequence[str]:
        drawn = data.draw(st.permutations(names))
        return drawn[: data.draw(st.integers(0, len(names)))]

    wishes = {who: list(some(PROGRAMMES)) for who in PEOPLE}
    order = {programme: list(some(PEOPLE)) for programme in PROGRAMMES}
    claims = {who: list(some(["x", "y"])) for who in PEOPLE}
    slot = st.tuples(st.sampled_from(["", "x", "y"]), st.integers(0, 2))
    slots = {programme: data.draw(st.lists(slot, max_size=3)) for programme in PROGRAMMES}
    expected = plain_with_slots(wishes, order, slots, claims)
    assert deferred_acceptance_with_slots(wishes, order, slots, claims) == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_both_sides_give_stable_matches(data: st.DataObject) -> None:
    wishes = {who: list(data.draw(st.permutations(PROGRAMMES))) for who in PEOPLE}
    order = {p: list(data.draw(st.permutations(PEOPLE))) for p in PROGRAMMES}
    seats = {programme: data.draw(st.integers(0, 3)) for programme in PROGRAMMES}
    best = deferred_acceptance(wishes, order, seats)
    worst = programme_proposing(wishes, order, seats)
    for match in (best, worst):
        assert blocking_pairs(match, wishes, order, seats) == []
    for who in PEOPLE:  # nobody is better off when the other side asks; the same are housed
        place = [*wishes[who], None].index
        assert place(best[who]) <= place(worst[who])
        assert (best[who] is None) == (worst[who] is None)


BAD: list[tuple[Callable[..., object], tuple[object, ...], str]] = [
    (deferred_acceptance, ({"a": ["P"]}, {"P": ["a"]}, {}), "has no capacity"),
    (deferred_acceptance, ({"a": ["P"]}, {"P": ["a"]}, {"P": -1}), "has -1 seats"),
    (deferred_acceptance, ({"a": ["P", "P"]}, {"P": ["a"]}, {"P": 1}), "a names 'P' twice"),
    (deferred_acceptance, ({"a": ["P"]}, {"P": ["a", "a"]}, {"P": 1}), "P names 'a' twice"),
    (deferred_acceptance, ({"a": "PQ"}, {"P": ["a"]}, {"P": 1}), "give a list of names"),
    (serial_dictatorship, ({"a": ["P"], "b": ["P"]}, ["a"], {"P": 1}), "b has no place"),
    (break_ties, ({"P": [["a"]]}, []), "a has no place in the lottery"),
    (break_ties, ({"P": [["a"]]}, ["a", "a"]), "lottery: 'a' is named twice"),
    (blocking_pairs, ({"a": "P"}, {"a": ["P"]}, {"P": []}, {"P": 1}), "does not list it"),
    (
        deferred_acceptance_with_slots,
        ({"a": ["P"]}, {"P": ["a"]}, {"P": [("", 2), ("x", -1)]}, {}),
        "negative number of seats",
    ),
]


@pytest.mark.parametrize(("function", "arguments", "sentence"), BAD)
def test_lists_that_cannot_be(
    function: Callable[..., object], arguments: tuple[object, ...], sentence: str
) -> None:
    with pytest.raises(InputFault, match=sentence):
        function(*arguments)
