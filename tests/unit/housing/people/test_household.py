"""One identity once, applications that stand, rosters, facts with source and date."""

import itertools
from datetime import date

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.people.household import (
    Application,
    Duplicate,
    Fact,
    Household,
    Person,
    RosterEntry,
    applications_that_stand,
    fact_on,
    find_duplicates,
    identity_key,
    roster_on,
)
from huiguan.housing.supply.places import Sex

D = date.fromisoformat
KEY = bytes(range(32))


def test_an_identity_is_the_number_however_it_is_typed() -> None:
    one = identity_key("11010519491231002X", KEY)
    assert one == identity_key(" 110105 19491231 002x ", KEY)
    assert one == identity_key("110105491231002", KEY)  # the old number of the same person
    assert len(one) == 32
    assert one != identity_key("11010519491231002X", KEY[::-1])


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491231002", "１1010519491231002X"]
)
def test_a_mistyped_number_is_refused(number: str) -> None:
    with pytest.raises(InputFault, match=r"check character|no number of a document"):
        identity_key(number, KEY)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputFault, match="16 to 64 bytes"):
        identity_key("11010519491231002X", b"short")


def person(number: str, name: str, birth: str, identity: bytes) -> Person:
    return Person(number=number, name=name, birth=D(birth), sex=Sex.ANY, identity=identity)


def test_duplicates_by_identity_and_by_name_and_birth() -> None:
    people = [
        person("P1", "Wang Fang", "1990-05-01", b"a"),
        person("P2", "wang  fang", "1990-05-01", b"b"),
        person("P3", "Li Na", "1991-01-01", b"a"),  # the identity of P1 under another name
        person("P4", "Wang Fang", "1990-05-02", b"c"),
        person("P5", "Zhao Lei", "1980-01-01", b"d"),
        person("P6", "Zhao Lei", "1980-01-01", b"d"),  # one person entered twice
    ]
    expected = [
        Duplicate(reason="identity", persons=("P1", "P3")),
        Duplicate(reason="identity", persons=("P5", "P6")),
        Duplicate(reason="name and birth", persons=("P1", "P2")),
    ]
    assert find_duplicates(people) == expected
    assert find_duplicates(people[::-1]) == expected


def test_a_household_lists_the_applicant_first() -> None:
    home = Household(number="H1", applicant="ann", spouse="ben", children=("cat",), others=("dan",))
    assert home.members == ("ann", "ben", "cat", "dan")
    assert Household(number="H2", applicant="eve").members == ("eve",)


APPLICATIONS = [
    Application(number="A", received=1, persons=("ann", "ben")),
    Application(number="B", received=2, persons=("ben",)),
    Application(number="C", received=3, persons=("cat", "dan")),
    Application(number="D", received=4, persons=("ann", "eve")),
    Application(number="E", received=5, persons=("eve",)),
]


def test_the_last_application_counts_and_frees_the_others_of_one_that_falls() -> None:
    # E stands; D shares eve with E and falls; so A could keep ann, but shares ben with B
    expected = {"A": False, "B": True, "C": True, "D": False, "E": True}
    assert applications_that_stand(APPLICATIONS, "last") == expected
    for order in itertools.permutations(APPLICATIONS):
        assert applications_that_stand(order, "last") == expected


def test_the_first_application_counts_and_frees_the_others_of_one_that_falls() -> None:
    # A stands; B shares ben and D shares ann with A, so both fall; E could keep eve, D gave her up
    expected = {"A": True, "B": False, "C": True, "D": False, "E": True}
    for order in itertools.permutations(APPLICATIONS):
        assert applications_that_stand(order, "first") == expected


def test_void_lets_all_fall_that_share_a_person() -> None:
    expected = {"A": False, "B": False, "C": True, "D": False, "E": False}
    assert applications_that_stand(APPLICATIONS, "void") == expected


def test_a_roster_holds_from_a_day_to_a_day() -> None:
    roster = [
        RosterEntry(employer="E1", person="ann", start=D("2026-01-01"), end=D("2026-06-01")),
        RosterEntry(employer="E1", person="ben", start=D("2026-06-01")),
        RosterEntry(employer="E2", person="cat", start=D("2026-01-01")),
    ]
    assert roster_on(roster, "E1", D("2026-05-31")) == {"ann"}
    assert roster_on(roster, "E1", D("2026-06-01")) == {"ben"}


def fact(value: bool, known_on: str, source: str = "registry", expires: str | None = None) -> Fact:
    end = None if expires is None else D(expires)
    return Fact(name="owns_home", value=value, source=source, known_on=D(known_on), expires=end)


def test_the_newest_fact_that_has_not_expired_counts() -> None:
    old, new = fact(True, "2026-01-01"), fact(False, "2026-03-01", expires="2026-06-01")
    assert fact_on([new, old], "owns_home", D("2025-12-31")) is None
    assert fact_on([new, old], "owns_home", D("2026-02-28")) == old
    assert fact_on([new, old], "owns_home", D("2026-05-31")) == new
    assert fact_on([new, old], "owns_home", D("2026-06-01")) == old
    assert fact_on([new, old], "heads", D("2026-05-31")) is None


def test_two_sources_that_differ_on_a_day_leave_it_unknown() -> None:
    first, second = fact(True, "2026-01-01", "a"), fact(False, "2026-01-01", "b")
    assert fact_on([first, second], "owns_home", D("2026-02-01")) is None
    assert fact_on([first, fact(True, "2026-01-01", "b")], "owns_home", D("2026-02-01")) == first
