"""Dated rows: which one holds on a day for a scheme."""

from datetime import date

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.rules import HomeForm, Months, home_forms, required, rows_in_force

D = date.fromisoformat


def months(effective: str, value: int, **more: object) -> Months:
    fields = {"article": "a", "source": "s", "status": "confirmed"} | more
    return Months(effective=D(effective), months=value, **fields)  # type: ignore[arg-type]


ROWS = [
    months("2024-01-01", 2),
    months("2021-01-01", 1),
    months("2025-01-01", 3, applies=False),
    months("2022-01-01", 6, name="bed", schemes=("bed",)),
]


@pytest.mark.parametrize(
    ("scheme", "on", "found"),
    [
        ("arh", "2020-12-31", []),
        ("arh", "2021-01-01", [1]),
        ("arh", "2023-12-31", [1]),
        ("arh", "2024-01-01", [2]),
        ("arh", "2025-01-01", []),
        ("bed", "2023-01-01", [1, 6]),
    ],
)
def test_the_newest_row_of_each_name_holds(scheme: str, on: str, found: list[int]) -> None:
    assert [row.months for row in rows_in_force(ROWS, scheme, D(on))] == found
    assert [row.months for row in rows_in_force(ROWS[::-1], scheme, D(on))] == found


def test_a_missing_row_is_said_and_an_ambiguous_one_too() -> None:
    assert required(ROWS, "arh", D("2022-01-01"), "limit").months == 1
    with pytest.raises(InputFault, match="has no limit for arh on 2026-01-01"):
        required(ROWS, "arh", D("2026-01-01"), "limit")
    with pytest.raises(InputFault, match="several rows hold"):
        required(ROWS, "bed", D("2022-01-01"), "limit")


def form(heads: int, children: int, *forms: str) -> HomeForm:
    return HomeForm(
        effective=D("2022-01-01"),
        article="a",
        source="s",
        status="unconfirmed",
        least_heads=heads,
        least_children=children,
        forms=forms,
    )


FORMS = [form(1, 0, "bed"), form(2, 0, "two rooms"), form(3, 2, "three rooms")]


@pytest.mark.parametrize(
    ("heads", "children", "forms"),
    [
        (1, 0, ("bed",)),
        (2, 1, ("two rooms",)),  # a parent and a child
        (3, 1, ("two rooms",)),
        (4, 2, ("three rooms",)),
        (0, 0, ()),
    ],
)
def test_form_of_home(heads: int, children: int, forms: tuple[str, ...]) -> None:
    assert home_forms(FORMS, heads, children) == forms
    assert home_forms(FORMS[::-1], heads, children) == forms
