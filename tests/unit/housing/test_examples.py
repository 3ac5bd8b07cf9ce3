"""Every example in a docstring of a housing rule, run as it is written."""

import ast
import re
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing import dates
from huiguan.housing.allocation import (
    deferred,
    lots,
    placement,
    reserves,
    school_choice,
    trading,
    waiting,
)
from huiguan.housing.audits import buckets, r_sample, rfc3797
from huiguan.housing.people import eligibility, household
from huiguan.housing.round import draw
from huiguan.housing.supply import places
from huiguan.housing.tenancy import deposits, leases, rent

MODULES = (dates, deposits, eligibility, household, leases, places, rent)
PLAIN = (deferred, lots, placement, reserves, school_choice, trading, waiting, buckets, r_sample)
PLAIN += (rfc3797, draw)
EXAMPLE = re.compile(r"``([a-z_]+\([^`]*)``\s+is\s+``([^`]+)``")


def examples() -> list[tuple[ModuleType, str, str]]:
    found = []
    for module in MODULES:
        for thing in vars(module).values():
            if getattr(thing, "__module__", "") == module.__name__ and hasattr(thing, "__rule__"):
                for call, value in EXAMPLE.findall(thing.__doc__):
                    found.append((module, " ".join(call.split()), " ".join(value.split())))
    return found


@pytest.mark.parametrize(("module", "call", "value"), examples())
def test_an_example_gives_what_it_says(module: ModuleType, call: str, value: str) -> None:
    names = {"date": date, "Decimal": Decimal, "Refusal": Refusal, **vars(module)}
    assert eval(call, names) == eval(value, names)  # noqa: S307  our own docstrings


def literal(text: str) -> str:
    """Return the value ``text`` starts with: a whole number, a word, or up to its last bracket."""
    plain = re.match(r"-?\d+(?![.\d])|True|False|None|\"[^\"]*\"", text)
    if plain:
        return plain[0]
    for end in range(1, len(text) + 1):
        try:
            ast.literal_eval(text[:end])
        except (SyntaxError, ValueError):
            continue
        return text[:end]
    return ""


def plain_examples() -> list[tuple[ModuleType, str, object]]:
    found = []
    for module in PLAIN:
        for thing in vars(module).values():
            if getattr(thing, "__module__", "") != module.__name__ or not thing.__doc__:
                continue
            text = " ".join(thing.__doc__.split())
            for match in re.finditer(r"``([a-z_0-9]+\([^`]*\))`` is (?=[\[({\"\dTFN])", text):
                value = literal(text[match.end() :])
                if value and not re.match("[0-9]+[.]", text[match.end() :]):
                    found.append((module, match[1], ast.literal_eval(value)))
    return found


@pytest.mark.parametrize(("module", "call", "value"), plain_examples())
def test_a_plain_example_gives_what_it_says(module: ModuleType, call: str, value: object) -> None:
    got = eval(call, dict(vars(module)))  # noqa: S307  our own docstrings
    assert got == value


def test_every_mechanism_has_a_plain_example() -> None:
    shown = {call.partition("(")[0] for _, call, _ in plain_examples()}
    rules = {
        name
        for module in (deferred, school_choice, trading, reserves, waiting, buckets, rfc3797)
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", "") == module.__name__ and hasattr(thing, "__rule__")
    }
    assert rules - shown == set()


def test_there_are_examples_to_run() -> None:
    assert len(examples()) > 55
