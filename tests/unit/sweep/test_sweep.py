"""Whatever is given to a public rule, it answers or refuses: never another exception."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from inspect import signature
from typing import Any

import msgspec
import pytest
from tools.generate.kinds import modules

import huiguan.exchange
import huiguan.housing
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import Calendar
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import is_compiled
from huiguan.foundation.readers.values import shown
from huiguan.housing.rules import HomeRules
from huiguan.storage.homes.rules import read_home_rules
from huiguan.storage.market.rulebooks.load import load_books
from tests.unit.sweep.good import by_function, by_parameter
from tests.unit.sweep.good_exchange import OF_FUNCTION, of_exchange

HOSTILE: list[Any] = [
    1.5,
    0.0,
    -0.5,
    float("nan"),
    float("inf"),
    -1,
    0,
    1,
    7,
    10**6,
    2**31,
    2**63,
    10**30,
    10**5000,
    True,
    None,
    "",
    " ",
    "a",
    "A",
    "ａ",
    "a ",
    "a\u200b",
    "a\u00b7b",
    "\ud800",
    "１２",
    "1_0",
    "+1",
    "-1",
    "1e3",
    "12.5",
    "NaN",
    "no",
    "everything",
    "2026-7-1",
    "2026-02-30",
    "20260701",
    "2026-07-01",
    "9999-12-31",
    "2026-07-01T10:00Z",
    b"a",
    [],
    ["a", "a"],
    {},
    {"a": 1.5},
    ("a", -1),
    set(),
    Decimal("NaN"),
    Decimal("1e999999"),
    Decimal("-0.5"),
    Decimal("100.5"),
    date(1, 1, 1),
    date(9999, 12, 31),
    date(2026, 7, 1),
    datetime(2026, 7, 1, 10),  # noqa: DTZ001  without a zone on purpose
    datetime(2026, 7, 1, 10, tzinfo=UTC),
    datetime(9999, 12, 31, 23, tzinfo=UTC),
    object(),
    1j,
    len,
    range(3),
]


def public_rules() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every public rule with the words of its module; kernels take int64 as it comes."""
    for module in [*modules(huiguan.housing), *modules(huiguan.exchange)]:
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", "") == module.__name__
            if own and hasattr(thing, "__rule__") and not is_compiled(thing):
                yield f"{module.__name__.removeprefix('huiguan.')}.{name}", thing


RULES = dict(public_rules())
OF_HOUSE = ("housing.", "exchange.rules.lookups.")  # whose arguments stand in ``good``


@cache
def parameters() -> dict[str, Any]:
    return by_parameter(load_books(), read_home_rules())


@cache
def exchange_parameters() -> dict[str, Any]:
    return of_exchange(load_books())


def arguments(name: str) -> dict[str, Any]:
    """Return right arguments of a function."""
    short = name.rpartition(".")[2]
    own = by_function() if name.startswith(OF_HOUSE) else OF_FUNCTION
    shared = parameters() if name.startswith(OF_HOUSE) else parameters() | exchange_parameters()
    known = {**shared, **own.get(short, {})}
    return {parameter: known[parameter] for parameter in signature(RULES[name]).parameters}


LOADED = (Books, HomeRules, Calendar)  # checked when they were loaded


def spoilt(value: Any) -> Iterator[Any]:
    """Yield the value replaced, and each of its parts replaced, by every hostile value."""
    yield from HOSTILE
    if isinstance(value, Mapping):
        yield from spoilt_mapping(value)
    elif type(value) in (list, tuple):
        yield from spoilt_list(value)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, LOADED):
        yield from spoilt_struct(value)


def spoilt_mapping(value: Mapping[Any, Any]) -> Iterator[Any]:
    for key, inner in value.items():
        yield {**value, f"{key} ": inner}
        for other in spoilt(inner):
            yield {**value, key: other}
    for other in HOSTILE:
        if other.__hash__ is not None:
            yield {other: next(iter(value.values())), **value}


def spoilt_list(value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    yield type(value)([*value, *value])
    yield value[1:]
    for at, inner in enumerate(value[:3]):
        for other in spoilt(inner):
            yield type(value)([*value[:at], other, *value[at + 1 :]])


def spoilt_struct(value: msgspec.Struct) -> Iterator[Any]:
    for field in value.__struct_fields__:
        for other in HOSTILE:
            with suppress(AssertionError, TypeError, ArithmeticError):  # a posting checks itself
                yield msgspec.structs.replace(value, **{field: other})


def test_there_are_rules_to_sweep() -> None:
    assert len(RULES) > 210


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_right_call_is_answered(name: str) -> None:
    RULES[name](**arguments(name))


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_public_rule_reads_its_arguments(name: str) -> None:
    assert hasattr(RULES[name], "__wrapped__"), f"{name} is not checked"


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_answers_or_refuses(name: str) -> None:
    right = arguments(name)
    for parameter, value in right.items():
        for other in spoilt(value):
            try:
                RULES[name](**{**right, parameter: other})
            except InputFault:
                continue
            except Exception as error:
                error.add_note(f"{name}({parameter}={shown(other)})")
                raise


NOTHING = [float("nan"), float("inf"), Decimal("NaN"), 10**5000, "\ud800", b"\xff", 1j, len]


@pytest.mark.parametrize("name", sorted(RULES))
def test_what_no_parameter_can_mean_is_refused(name: str) -> None:
    right = arguments(name)
    for parameter in right:
        for value in NOTHING:
            if parameter == "seed" and isinstance(value, bytes):
                continue  # any bytes are a seed
            with pytest.raises(InputFault):
                RULES[name](**{**right, parameter: value})
