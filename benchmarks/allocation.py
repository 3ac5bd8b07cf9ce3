"""A million applicants, 20 choices each, 50,000 programmes: match, folder, verifier, swap, peer."""

import importlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from tests.rounds import HEAD, POLICIES, SIGNATURE, write_round

from huiguan.housing.allocation.deferred import deferred_acceptance, match_market, plain_groups
from huiguan.housing.allocation.market import EDGE, Market
from huiguan.housing.allocation.trading import swap_round
from huiguan.housing.explain import explain
from huiguan.housing.round.draw import application_number
from huiguan.rounds.allocate import allocate_round, read_right
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.storage.homes.round_folder import read_outcome

APPLICANTS, PROGRAMMES, CHOICES, CAPACITY = 1_000_000, 50_000, 20, 6


T = TypeVar("T")


def processor_seconds() -> float:
    """Return what this process and its ended children have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def lap(what: str, work: Callable[[], T], limit: str = "") -> T:
    """Run ``work`` and print how long it took, and how much of a processor, children included."""
    start, used = time.perf_counter(), processor_seconds()
    result = work()
    wall, used = time.perf_counter() - start, processor_seconds() - used
    print(f"{what}: {wall:.2f} s{limit}, {used:.2f} s of processor", flush=True)
    return result


def random_lists(chance: np.random.Generator, people: int, homes: int, length: int) -> np.ndarray:
    """Return int32 [person, place] without repeats: random homes, one stride apart."""
    first = chance.integers(0, homes, (people, 1), dtype=np.int64)
    stride = chance.integers(1, homes // length, (people, 1), dtype=np.int64)
    lists = (first + stride * np.arange(length)) % homes
    return np.take_along_axis(lists, chance.random(lists.shape).argsort(axis=1), axis=1)


def match_million() -> None:
    """Match with three tiers, then with slots and claims."""
    chance = np.random.default_rng(1)
    edges = np.zeros((APPLICANTS, CHOICES), dtype=EDGE)
    edges["programme"] = random_lists(chance, APPLICANTS, PROGRAMMES, CHOICES)
    edges["rank"] = chance.integers(0, 3, (APPLICANTS, 1))
    capacity = np.full(PROGRAMMES, CAPACITY, dtype=np.int32)
    small = Market(edges=edges[:100], **plain_groups(capacity))
    match_market(small)  # compiled and loaded before the clock runs
    market = Market(edges=edges, **plain_groups(capacity))
    match = lap("match, tiers and one draw", lambda: match_market(market), " (goal 3 s)")
    print(f"  {match.proposals:,} proposals, {int((match.choice >= 0).sum()):,} homes")
    edges["claims"] = chance.integers(0, 8, (APPLICANTS, 1))
    groups = 3 * PROGRAMMES
    market = Market(
        edges=edges,
        capacity=capacity,
        first_group=np.arange(0, groups + 1, 3, dtype=np.int32),
        group_class=np.tile(np.arange(3, dtype=np.int8), PROGRAMMES),
        group_seats=np.ones(groups, dtype=np.int32),
        group_lapses=np.ones(groups, dtype=np.int8),
    )
    lap("match, three reserves in every home", lambda: match_market(market), " (goal 3 s)")


def write_input(folder: Path) -> None:
    """Write the input folder of the large round."""
    chance = np.random.default_rng(2)
    (folder / "rules").mkdir(parents=True)
    (folder / "round.toml").write_text(HEAD)
    (folder / "rules/policies.toml").write_text(POLICIES)
    numbers = pl.Series("number", [application_number(n) for n in range(1, APPLICANTS + 1)])
    names = pl.Series("programme", [f"P{row:05d}" for row in range(PROGRAMMES)])
    names.to_frame().with_columns(
        stock=CAPACITY + 3, let=2, held=1, reason=pl.lit("repair"), own=0, capacity=CAPACITY,
        size_least=1, size_most=3, sex=pl.lit("any"), policy=pl.lit("standard"),
    ).write_csv(folder / "programmes.csv", quote_style="never")  # fmt: skip
    numbers.to_frame().with_columns(
        state=pl.lit("in"),
        tier=pl.Series(chance.integers(0, 3, APPLICANTS)),
        size=pl.Series(chance.integers(1, 4, APPLICANTS)),
        weight=1,
        since=pl.lit(""),
    ).write_csv(folder / "applications.csv", quote_style="never")
    lists = random_lists(chance, APPLICANTS, PROGRAMMES, CHOICES)
    columns = [names[lists[:, place]].alias(str(place)) for place in range(CHOICES)]
    pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=" ").alias("choices")).select(
        numbers, "choices"
    ).write_csv(folder / "choices.csv", quote_style="never")
    numbers.filter(pl.Series(chance.random(APPLICANTS) < 0.2)).to_frame().with_columns(
        fact=pl.lit("claim"), value=pl.lit("access")
    ).write_csv(folder / "facts.csv", quote_style="never")


def small_round(base: Path) -> None:
    """Run a small round, so that no kernel is compiled while the clock of the large one runs."""
    source = write_round(base / "input", applicants=200, programmes=9, choices=5, seed=1)
    freeze(source, base / "round", None)
    draw_round(base / "round", SIGNATURE, {}, "")
    allocate_round(base / "round")
    assert not check_folder(base / "round")


def explain_one(folder: Path) -> None:
    """Tell the story of somebody without a home, who has the most choices to be told about."""
    frozen = read_right(folder)
    outcome = read_outcome(folder, frozen)
    number = outcome.result_number[np.flatnonzero(outcome.result_programme < 0)[1000]]
    explain(frozen, outcome, number.decode())


def folder_million(base: Path) -> None:
    """Freeze, then time the way from the frozen folder to the checked result."""
    folder = base / "round"
    lap("kernels compiled or loaded, on a small round", lambda: small_round(base / "small"))
    lap("freeze", lambda: freeze(base / "input", folder, None))
    start, used = time.perf_counter(), processor_seconds()
    lap("  draw", lambda: draw_round(folder, SIGNATURE, {}, ""))
    lap("  allocate", lambda: allocate_round(folder))
    findings = lap("  check", lambda: check_folder(folder))
    assert not findings, findings[:3]
    wall, used = time.perf_counter() - start, processor_seconds() - used
    print(f"folder to checked result: {wall:.2f} s (goal 20 s), {used:.2f} s of processor")
    lap("explain one number", lambda: explain_one(folder))
    release_round(folder, base / "public")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory: {peak:.2f} GB (goal 4 GB)", flush=True)


def folder_and_verifier() -> None:
    """Run the folder in a process of its own, for its memory, and then the lone verifier."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        write_input(base / "input")
        module = [sys.executable, "-m", "benchmarks.allocation", str(base)]
        subprocess.run(module, check=True)
        alone = [sys.executable, "-I", "-S", str(base / "public/verify.py"), str(base / "public")]
        lap(
            "verify.py, 1,000,000 numbers",
            lambda: subprocess.run(alone, check=True),
            " (goal 20 s)",
        )


def swap_million() -> None:
    """Run a swap round: 900,000 tenants, 100,000 newcomers, lists of 20."""
    chance = np.random.default_rng(3)
    lists = random_lists(chance, APPLICANTS, APPLICANTS, CHOICES).astype(np.int32)
    home_of = np.full(APPLICANTS, -1, dtype=np.int32)
    tenants = chance.permutation(APPLICANTS)[: 9 * APPLICANTS // 10]
    home_of[tenants] = chance.permutation(APPLICANTS)[: tenants.size]
    order = chance.permutation(APPLICANTS).astype(np.int32)
    got = np.zeros(APPLICANTS, dtype=np.int32)
    swap_round(order[:1], lists[:1], home_of[:1], APPLICANTS, got[:1])
    lap("swap round", lambda: swap_round(order, lists, home_of, APPLICANTS, got), " (goal 3 s)")
    assert (got[tenants] >= 0).all()


def against_matching() -> None:
    """Solve 4,000 x 200 x 10 with the package ``matching`` and here, and compare every result."""
    try:
        games: Any = importlib.import_module("matching.games")
    except ModuleNotFoundError:
        print("the package matching is not installed; `make bench` installs it")
        return
    chance = np.random.default_rng(4)
    people, homes = [f"a{row}" for row in range(4000)], [f"h{row}" for row in range(200)]
    wishes = {person: [homes[at] for at in chance.permutation(200)[:10]] for person in people}
    lines: dict[str, list[str]] = {home: [] for home in homes}
    for at in chance.permutation(4000).tolist():
        for home in wishes[people[at]]:
            lines[home].append(people[at])
    seats = dict.fromkeys(homes, 15)
    start = time.perf_counter()
    ours = deferred_acceptance(wishes, lines, seats)
    mine = time.perf_counter() - start
    theirs: dict[str, str] = {}

    def solve() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = games.HospitalResident.create_from_dictionaries(wishes, lines, seats)
            for home, kept in game.solve(optimal="resident").items():
                theirs.update({str(person): str(home) for person in kept})

    sys.setrecursionlimit(1_000_000)  # the package copies its players recursively
    threading.stack_size(512 * 2**20)
    start = time.perf_counter()
    thread = threading.Thread(target=solve)
    thread.start()
    thread.join()
    peer = time.perf_counter() - start
    same = all(ours[person] == theirs.get(person) for person in people)
    print(f"4,000 x 200 x 10, dictionaries to result: here {mine:.3f} s, matching {peer:.2f} s")
    print(f"ratio {peer / mine:.0f}, every result {'equal' if same else 'DIFFERENT'}")


def main() -> None:
    """Print every figure of the housing allocation."""
    deferred_acceptance({"a": ["P"]}, {"P": ["a"]}, {"P": 1})
    match_million()
    swap_million()
    against_matching()
    folder_and_verifier()


if __name__ == "__main__":
    folder_million(Path(sys.argv[1]))
