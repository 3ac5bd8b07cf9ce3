"""messages.lock: no number changes or goes; what is new is accepted, and only with its version."""

from enum import IntEnum
from pathlib import Path
from typing import ClassVar

import pytest
from tools.generate import __main__ as program
from tools.generate import message_lock
from tools.generate.kinds import KINDS, enumerations
from tools.generate.message_lock import (
    LOCK,
    Versions,
    faults,
    lock_text,
    pins,
    published_lines,
)

from huiguan.exchange.messages import (
    EnterOrder,
    Int32,
    Message,
    Side,
    SideCode,
    TimeInForce,
)
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.refusals import Refusal

ROOT = Path(__file__).parents[3]
NOW = Versions()
HELD = published_lines((ROOT / LOCK).read_text("utf-8"))


def word(name: str, members: dict[str, int]) -> type[IntEnum]:
    made: type[IntEnum] = IntEnum(name, members)  # type: ignore[misc]
    return made


def words_with(changed: type[IntEnum]) -> list[type[IntEnum]]:
    """Every enumeration of the exchange, one of them as it was changed."""
    return [changed if old.__name__ == changed.__name__ else old for old in enumerations()]


def changed(name: str, **members: int | None) -> list[type[IntEnum]]:
    """Return every enumeration; one has other members, or (``None``) has lost one."""
    (old,) = (found for found in enumerations() if found.__name__ == name)
    values = {member: int(value) for member, value in old.__members__.items()} | members
    kept = {member: value for member, value in values.items() if value is not None}
    return words_with(word(name, kept))


def said(
    words: list[type[IntEnum]],
    versions: Versions = NOW,
    kinds: list[type[Message]] = KINDS,
    listed: dict[str, str] | None = None,
) -> list[str]:
    return faults(HELD, pins(kinds, words, versions), versions, listed or {})


def test_every_enumeration_of_the_exchange_is_in_the_lock() -> None:
    names = {line.partition(".")[0] for line in HELD if " = " in line}
    assert names == {found.__name__ for found in enumerations()}
    assert {"Side", "Phase", "PriceRule", "MemberMode", "SettledBy", "Movement", "Refusal"} <= names
    assert Rounding not in enumerations()  # an argument of functions; it stands nowhere
    assert HELD["TimeInForce.FOK = 2"] == "TimeInForce.FOK = 2 since behaviour 1"
    assert "101 enter_order.time_in_force holds TimeInForce" in HELD


def test_what_stands_is_accepted_as_it_stands() -> None:
    found = list(pins(KINDS, enumerations(), NOW))
    assert faults(HELD, found, NOW) == []
    assert lock_text(HELD, found, NOW) == (ROOT / LOCK).read_text("utf-8")


def test_a_new_member_asks_for_a_behaviour_version() -> None:
    """A new time in force was once billed as a FAK, and nobody noticed."""
    (sentence,) = said(changed("TimeInForce", GTD=3))
    assert "'TimeInForce.GTD = 3' is new, and the behaviour version is still 1" in sentence
    assert "raise BEHAVIOUR in huiguan/exchange/day/image.py" in sentence
    raised = Versions(NOW.message, NOW.behaviour + 1)
    words = changed("TimeInForce", GTD=3)
    assert said(words, raised) == []
    text = lock_text(HELD, pins(KINDS, words, raised), raised)
    assert "\nTimeInForce.GTD = 3 since behaviour 2\n" in text
    assert "\nTimeInForce.FOK = 2 since behaviour 1\n" in text
    assert "\nbehaviour 2\n" in text
    # the next one, of the same version, is asked again
    later = list(pins(KINDS, changed("TimeInForce", GTD=3, GTC=4), raised))
    (again,) = faults(published_lines(text), later, raised, {})
    assert "'TimeInForce.GTC = 4' is new, and the behaviour version is still 2" in again


@pytest.mark.parametrize("listed", ["TimeInForce.GTD", "TimeInForce"])
def test_an_addition_may_be_listed_with_its_reason(listed: str) -> None:
    words = changed("TimeInForce", GTD=3)
    assert said(words, listed={listed: "no door takes it yet"}) == []
    assert len(said(words, listed={"TimeInForce.GTC": "another one"})) == 1


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        (changed("TimeInForce", FAK=5), "TimeInForce.FAK = 1"),
        (changed("TimeInForce", FAK=None), "TimeInForce.FAK = 1"),
        (changed("Refusal", BAD_FIELD=1099), "Refusal.BAD_FIELD = 1014"),
        (changed("Lock", UP=2), "Lock.UP = 1"),
    ],
)
def test_a_changed_or_lost_member_is_refused_under_any_version(
    words: list[type[IntEnum]], lost: str
) -> None:
    for versions in (NOW, Versions(NOW.message + 1, NOW.behaviour + 1)):
        assert said(words, versions)[0].startswith(f"'{lost}' is published and may not change")


def test_a_version_that_falls_is_refused() -> None:
    published = published_lines(lock_text({}, pins([], [], Versions(1, 2)), Versions(1, 2)))
    (sentence,) = faults(published, pins([], [], Versions(1, 1)), Versions(1, 1))
    assert sentence.startswith("'behaviour 2' is published")


def test_a_new_enumeration_is_asked_whether_it_is_written() -> None:
    words = [*enumerations(), word("Mood", {"GOOD": 1})]
    one, two = said(words)
    assert one.startswith("'Mood' is an enumeration that is new here: where its numbers stay in")
    assert two.startswith("'Mood.GOOD = 1' is new")
    assert said(words, listed={"Mood": "names the numbers of a field that was there"}) == []


def test_a_new_kind_asks_for_a_behaviour_version() -> None:
    class AmendOrder(Message, frozen=True, tag="amend_order"):
        """Change an order."""

        KIND: ClassVar[int] = 104

        lots: Int32
        side: SideCode

    (sentence,) = said(enumerations(), kinds=[*KINDS, AmendOrder])
    assert "'104 amend_order' is new, and the behaviour version is still 1" in sentence
    assert said(enumerations(), Versions(1, 2), [*KINDS, AmendOrder]) == []
    assert said(enumerations(), NOW, [*KINDS, AmendOrder], {"amend_order": "refused today"}) == []


def with_another_field() -> list[type[Message]]:
    class LongerOrder(EnterOrder, frozen=True, tag="enter_order"):
        """An order with one field more."""

        display_lots: Int32

    return [LongerOrder if kind is EnterOrder else kind for kind in KINDS]


def test_a_new_field_asks_for_a_message_version() -> None:
    (sentence,) = said(enumerations(), kinds=with_another_field())
    assert "'101 enter_order.display_lots <i4 at 52' is a new field" in sentence
    assert "raise VERSION in huiguan/exchange/messages.py" in sentence
    raised = Versions(NOW.message + 1, NOW.behaviour)
    assert said(enumerations(), raised, with_another_field()) == []
    text = lock_text(HELD, pins(with_another_field(), enumerations(), raised), raised)
    assert "\n101 enter_order.display_lots <i4 at 52 since version 2\n" in text
    assert "\n101 enter_order version 1\n" in text


def test_a_field_that_was_padding_may_keep_the_version_where_zero_means_its_absence() -> None:
    kinds, listed = with_another_field(), {"enter_order.display_lots": "0 shows all, as ever"}
    assert faults(HELD, pins(kinds, enumerations(), NOW), NOW, {}, listed) == []
    (sentence,) = faults(HELD, pins(kinds, enumerations(), NOW), NOW, {}, {"log_on.mood": "gone"})
    assert "list 'enter_order.display_lots' with the reason in SAME_VERSION" in sentence


def test_a_field_that_holds_another_enumeration_is_refused() -> None:
    class OtherOrder(EnterOrder, frozen=True, tag="enter_order"):
        """An order whose hedge flag became a side."""

        hedge: SideCode  # type: ignore[assignment]

    kinds = [OtherOrder if kind is EnterOrder else kind for kind in KINDS]
    (sentence,) = said(enumerations(), kinds=kinds)
    assert sentence.startswith("'101 enter_order.hedge holds Hedge' is published")


def test_a_refusal_of_the_housing_office_asks_for_nothing() -> None:
    assert said(changed("Refusal", ROOM_IS_LOUD=8999)) == []
    assert len(said(changed("Refusal", PRICE_IS_ODD=3999))) == 1


@pytest.mark.parametrize("check", [True, False])
def test_the_program_ends_with_the_sentence_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    monkeypatch.chdir(ROOT)
    before = (ROOT / LOCK).read_bytes()
    monkeypatch.setattr(message_lock, "enumerations", lambda: changed("Side", NEITHER=2))
    with pytest.raises(SystemExit, match=r"messages\.lock: 'Side\.NEITHER = 2' is new"):
        program.main(check=check)
    assert (ROOT / LOCK).read_bytes() == before


def test_the_check_names_what_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    program.main(check=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"stale, run `make generate`: messages\.lock, docs"):
        program.main(check=True)
    program.main(check=False)
    program.main(check=True)
    assert (tmp_path / "messages.lock").read_text("utf-8").count("\n") == len(HELD)


def test_numbers_of_an_enumeration_are_given_once() -> None:
    for found in enumerations():
        values = [int(value) for value in found.__members__.values()]
        assert len(values) == len(set(values)), found
    assert {TimeInForce, Side, Refusal} <= set(enumerations())
