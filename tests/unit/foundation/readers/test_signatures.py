"""Arguments are read by their annotations: the kinds of annotations and what each refuses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from inspect import signature
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, Fen


class Side(IntEnum):
    LEFT = 1


class Part(msgspec.Struct, frozen=True):
    payer: Name
    amount_fen: Fen | None = None
    on: date | None = None


class Row(NamedTuple):
    rank: int
    number: str


@checked
def ask(
    rent_fen: Annotated[Fen, "monthly rent"] = 0,
    on: date = date(2026, 1, 1),
    policy: Literal["last", "void"] = "last",
    hedging: bool = False,
    side: Side = Side.LEFT,
    names: Names = (),
    seats: Mapping[Name, Count] = {},
    pairs: Sequence[tuple[str, Count]] = (),
    parts: Iterable[Part] = (),
    rows: Collection[Row] = (),
    share: str | Fraction = "1/2",
    value: bool | int | str | Decimal = 0,
    days_off: Collection[date] = (),
    table: np.ndarray | None = None,
    given: Any = None,
) -> dict[str, Any]:
    """Return what was read."""
    return dict(locals())


def test_what_is_given_in_its_form_passes_unchanged() -> None:
    given = {
        "names": ["a", "b"], "seats": {"P": 1}, "pairs": [("", 1)], "rows": {Row(1, "x")},
        "parts": (Part("a", 5),), "days_off": {date(2026, 5, 1)}, "share": Fraction(1, 3),
        "value": True, "table": np.zeros(2), "given": 1.5,
    }  # fmt: skip
    read = ask(5, date(2026, 2, 1), "void", True, **given)
    for name, value in given.items():
        assert read[name] is value or name == "names"
    assert read["names"] == ["a", "b"]
    assert (read["rent_fen"], read["policy"], read["hedging"]) == (5, "void", True)


def test_other_forms_become_the_one() -> None:
    read = ask(
        Decimal("5.00"),  # type: ignore[arg-type]
        "2026-02-01",  # type: ignore[arg-type]
        side=1,  # type: ignore[arg-type]
        seats={"P": np.int64(2)},
        parts=(Part(p, on="2026-03-01") for p in "ab"),  # type: ignore[arg-type]
        rows=[Row("3", "x")],  # type: ignore[arg-type]
        value="１",
    )
    assert (read["rent_fen"], read["on"], read["side"]) == (5, date(2026, 2, 1), Side.LEFT)
    assert type(read["seats"]["P"]) is int
    assert read["parts"] == [Part("a", on=date(2026, 3, 1)), Part("b", on=date(2026, 3, 1))]
    assert read["rows"] == [Row(3, "x")]
    assert read["value"] == "１"  # a text is given as a text: what it means is asked later


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"rent_fen": 5.5}, "monthly rent: 5.5 is no whole number"),
    ({"rent_fen": -1}, "monthly rent: -1 is below 0"),
    ({"on": datetime(2026, 1, 1)}, "on: .* has a time of day"),  # noqa: DTZ001
    ({"policy": "first"}, "policy: 'first' is none of the words there are: 'last', 'void'"),
    ({"hedging": "no"}, "hedging: 'no' is neither True nor False"),
    ({"side": 7}, "side: 7 is no Side"),
    ({"names": ["a", "a"]}, "names: 'a' is named twice"),
    ({"names": "abc"}, "give a list of names"),
    ({"seats": {"P": 1.5}}, "seats of 'P': 1.5 is no whole number"),
    ({"seats": {"P": 1, "Ｐ": 1}}, "one name in two spellings"),
    ({"seats": [("P", 1)]}, "seats: .* is no mapping"),
    ({"pairs": [("", 1, 2)]}, "pairs: .* is no row of 2 values"),
    ({"pairs": [("", -1)]}, "pairs: -1 is below 0"),
    ({"pairs": "ab"}, "pairs: 'ab' is no list"),
    ({"pairs": 5}, "pairs: 5 is no list"),
    ({"pairs": {"": 1}}, "pairs: .* is no list"),
    ({"parts": [Part("a", 1.5)]}, "amount: 1.5 is no whole number"),  # type: ignore[arg-type]
    ({"parts": [Part("a ")]}, "payer: 'a ' would be a second spelling"),
    ({"parts": ["a"]}, "parts: 'a' is no Part"),
    ({"rows": [(1, "x")]}, "rows: .* is no Row"),
    ({"share": 0.5}, "share: 0.5 is none of what may be given: a text, Fraction"),
    ({"value": 0.5}, "value: 0.5 is a float, binary and not exact"),
    ({"value": None}, "value: None is none of what may be given"),
    ({"days_off": ["2026-5-1"]}, "days off: '2026-5-1' is not a date"),
    ({"days_off": "2026-05-01"}, "days off: .* is no list"),
    ({"table": [1]}, "table: .* is no ndarray"),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED, ids=lambda x: ascii(x)[:40])
def test_what_is_not_of_its_kind_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        ask(**given)


def test_a_position_is_read_like_a_name() -> None:
    with pytest.raises(InputFault, match="monthly rent"):
        ask(1.0)  # type: ignore[arg-type]


def test_the_function_as_written_stays_within_reach() -> None:
    assert unchecked(ask)(1.5)["rent_fen"] == 1.5  # type: ignore[arg-type]
    assert ask.__name__ == "ask"
    assert list(signature(ask).parameters)[:2] == ["rent_fen", "on"]
    with pytest.raises(TypeError, match="unexpected keyword"):
        ask(nothing=1)  # type: ignore[call-arg]
