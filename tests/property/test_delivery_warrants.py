"""Random lives of warrants: the register equals its plain twin step by step; nothing is lost."""

from typing import Any

import numpy as np
import pytest

from huiguan.exchange.delivery.register import Facility, Form, Holder, Register, counts
from huiguan.exchange.delivery.warrants import Act, Cause, State, Step
from huiguan.foundation.refusals import Refusal
from tests.models.plain_warrants import PlainRegister

LIFE = [Act.APPLY, Act.APPROVE, Act.STORE, Act.INSPECT, Act.ISSUE]  # what leads on, more often
CODES = ["A", "B", "C", "D"]  # D has no account
STEPS = 120


def registers() -> tuple[Register, PlainRegister]:
    """Return a register of two places and two products, and its twin."""
    rooms = {("W1", "ni"): 24_000, ("W1", "cu"): 50_000, ("W2", "ni"): 12_000}
    units, brands = {"ni": 6_000, "cu": 25_000}, {"cu": {"RED", "BLUE"}}
    facilities = {
        code: Facility(
            code=code,
            name=code,
            kind="warehouse",
            region="R",
            capacity={product: room for (place, product), room in rooms.items() if place == code},
        )
        for code in ("W1", "W2")
    }
    forms = {
        product: Form(
            quantity=unit,
            over_ppb=20_000_000,
            short_ppb=20_000_000,
            brands=frozenset(brands.get(product, ())),
        )
        for product, unit in units.items()
    }
    holders = {code: Holder(code=code, member=code, warrant_account=code != "D") for code in CODES}
    weights = {product: (unit * 98 // 100, unit * 102 // 100) for product, unit in units.items()}
    return (
        Register(facilities=facilities, holders=holders, forms=forms),
        PlainRegister(rooms, {"A", "B", "C"}, units, brands, weights),
    )


def random_step(chance: np.random.Generator, register: Register, day: int) -> Step:
    """Return a step that often fits what is there, and often does not."""
    ids = [f"N{number}" for number in range(8)]
    warrant = str(chance.choice(ids))
    held = register.warrants.get(warrant)
    act = Act(int(chance.integers(1, 15)))
    if held is None and chance.random() < 0.8:
        act = Act.APPLY
    elif held is not None and held.state < State.ISSUED and chance.random() < 0.7:
        act = LIFE[held.state]
    product = str(chance.choice(["ni", "cu"]))
    unit = register.forms[held.product if held and act != Act.APPLY else product].quantity
    fits = chance.random() < 0.85
    own = held.holder if held and fits else str(chance.choice(CODES))
    return Step(
        act=act,
        warrant=warrant,
        day=day - int(chance.random() < 0.03),
        by=own if act != Act.APPLY else str(chance.choice(CODES)),
        to=str(chance.choice(["", *CODES])),
        product=product,
        facility=str(chance.choice(["W1", "W2", "W3"])),
        brand=str(chance.choice(["RED", "BLUE", "RED", ""])),
        quantity=unit if fits else int(unit * chance.choice([0.9, 0.98, 1.02, 1.03])),
        cause=held.cause if held and held.cause and fits else Cause(int(chance.integers(0, 6))),
        deliverable_until=day - 1 if chance.random() < 0.05 else 0,
    )


def as_words(step: Step) -> dict[str, Any]:
    """Return a step as the twin takes it."""
    words = {name: getattr(step, name) for name in step.__struct_fields__}
    until = words.pop("deliverable_until")
    return words | {
        "act": step.act.name.lower(),
        "cause": step.cause.name.lower(),
        "until": until,
    }


def summed(register: Register) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the weights at each place by product, of goods and of warrants, one by one."""
    goods = ("STORED", "INSPECTED", "ISSUED", "FROZEN", "PLEDGED", "EXPIRED")
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for warrant in register.warrants.values():
        weight, key = warrant.actual or warrant.quantity, (warrant.product, warrant.facility)
        was, name = found.get(key, (0, 0)), warrant.state.name
        paper = name in ("ISSUED", "FROZEN", "PLEDGED")
        found[key] = (was[0] + weight * (name in goods), was[1] + weight * paper)
    return {key: both for key, both in found.items() if any(both)}


def tallied(register: Register, day: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the same as the tally has it."""
    return {
        (product, place): both
        for product, standing in register.tally.on(day).items()
        for place in standing.goods
        if any(both := (standing.goods[place], standing.papers[place]))
    }


def live(seed: int) -> set[str]:
    """Run one history in both; return what refused something."""
    chance = np.random.default_rng(seed)
    register, plain = registers()
    seen, day = set(), 20260801
    stood: dict[int, dict[tuple[str, str], tuple[int, int]]] = {}
    for _ in range(STEPS):
        day += int(chance.random() < 0.15)
        step = random_step(chance, register, day)
        refusal, said = register.take(step), plain.step(as_words(step))
        assert (refusal.name if refusal else "") == said, (seed, step)
        seen.add(refusal.name)
        found = counts(register.warrants.values())
        assert all(count.balanced for count in found.values()), (seed, step)
        parts = ("issued", "held", "frozen", "pledged", "expired", "withdrawn")
        sums = {p: tuple(getattr(c, part) for part in parts) for p, c in found.items()}
        assert sums == plain.sums(), (seed, step)
        for (place, product), room in plain.room.items():
            held = register.held_at.get((place, product), 0)
            assert held == plain.filled(place, product) <= room, (seed, step)
        if not said:
            stood[register.day] = summed(register)
    for of, sums_of_day in stood.items():  # the tally of any day is what stood at its end
        assert tallied(register, of) == sums_of_day, (seed, of)
    assert {w.id: w.holder for w in register.warrants.values()} == {
        w.name: w.holder for w in plain.warrants
    }
    for name, titles in register.titles.items():  # one holder at a time, in the order of time
        assert titles[-1].holder == register.warrants[name].holder
        assert [t.since for t in titles] == sorted(t.since for t in titles)
    return seen


def test_random_lives_equal_the_plain_twin(pytestconfig: pytest.Config) -> None:
    seen: set[str] = set()
    for seed in range(10_000 if pytestconfig.getoption("--torture") else 60):
        seen |= live(seed)
    warrants = {r.name for r in Refusal if 6001 <= r <= 6012} | {"NO_WARRANT_ACCOUNT", "ACCEPTED"}
    assert seen >= warrants - {"UNKNOWN_WARRANT"}  # every way to say no was met


@pytest.mark.parametrize("act", [act for act in Act if act != Act.APPLY])
def test_a_warrant_that_is_not_there_takes_no_step(act: Act) -> None:
    register, _ = registers()
    assert register.take(Step(act=act, warrant="X", day=20260801)) == Refusal.UNKNOWN_WARRANT
