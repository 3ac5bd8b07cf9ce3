"""Every example in a docstring of a housing rule, run as it is written."""

import re
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing import dates, deposits, eligibility, household, leases, places, rent

MODULES = (dates, deposits, eligibility, household, leases, places, rent)
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


def test_there_are_examples_to_run() -> None:
    assert len(examples()) > 55
