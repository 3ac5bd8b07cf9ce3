"""Synthetic rounds for tests and benchmarks: every kind of row a real one has."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from huiguan.housing.round.draw import application_number
from huiguan.storage.homes.round_folder import list_of

SIGNATURE = (  # drand quicknet, round 1000
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
HEAD = """\
round = "estate-2026-09"
date = "2026-09-01"
chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
beacon_round = 1000
list_limit = 20
"""
POLICIES = """\
[[policy]]
name = "standard"
source = "example"
status = "invented"

[[policy.slot]]
name = "own-home"
own = true

[[policy.slot]]
name = "access"
claim = "access"
share = "20%"
minimum = 1

[[policy.slot]]
name = "veteran"
claim = "veteran"
share = "20%"
rounding = "up"
lapses = false
"""


def listed_bytes(folder: Path, names: Iterable[str]) -> bytes:
    """Return the list of files as they stand now: what somebody who forges one writes anew."""
    return list_of({name: (folder / name).read_bytes() for name in names})


def write_round(
    folder: Path, applicants: int, programmes: int, choices: int, seed: int, capacity: int = 6
) -> Path:
    """Write an input folder: tiers, weights, sizes, sexes, tenants, claims, local tiers."""
    chance = np.random.default_rng(seed)
    (folder / "rules").mkdir(parents=True)
    (folder / "round.toml").write_text(HEAD)
    (folder / "rules/policies.toml").write_text(POLICIES)
    numbers = [application_number(serial) for serial in range(1, applicants + 1)]
    inside = chance.random(applicants) < 0.97
    names = [f"P{row:05d}" for row in range(programmes)]
    own = [0] * programmes
    facts = []
    for row, number in enumerate(numbers):
        home, claimed, tiered = chance.integers(0, programmes, 3)
        if chance.random() < 0.1 and inside[row] and own[home] < capacity // 2:
            own[home] += 1
            facts.append(f"{number},own,{names[home]}")
        if chance.random() < 0.15:
            facts.append(f"{number},claim,access")
        if chance.random() < 0.3:
            facts.append(f"{number},claim,veteran@{names[claimed]}")
        if chance.random() < 0.1:
            facts.append(f"{number},tier,0@{names[tiered]}")
        facts.append(f"{number},sex,{'fm'[chance.integers(2)]}")
    tables = {
        "programmes.csv": [
            "programme,stock,let,held,reason,own,capacity,size_least,size_most,sex,policy",
            *(
                f"{name},{capacity + 3},2,1,repair,{own[row]},{capacity},1,"
                f"{chance.integers(1, 4)},{('any', 'any', 'f', 'm')[chance.integers(4)]},standard"
                for row, name in enumerate(names)
            ),
        ],
        "applications.csv": [
            "number,state,tier,size,weight,since",
            *(
                f"{number},{'in' if inside[row] else 'refused'},{chance.integers(3)},"
                f"{chance.integers(1, 4)},{chance.integers(1, 3)},"
                for row, number in enumerate(numbers)
            ),
        ],
        "choices.csv": ["number,choices"],
        "facts.csv": ["number,fact,value", *facts],
    }
    for number in numbers:
        count = int(chance.integers(0, min(choices, programmes) + 1))
        listed = chance.choice(programmes, count, replace=False)
        tables["choices.csv"].append(f"{number},{' '.join(names[row] for row in listed)}")
    for name, lines in tables.items():
        order = [0, *(1 + chance.permutation(len(lines) - 1))]
        (folder / name).write_text("".join(f"{lines[row]}\n" for row in order))
    return folder
