"""``verify.py`` alone: it agrees with the engine on every round, and finds edits in the folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huiguan.housing.verify import verify
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from tests.rounds import SIGNATURE, listed_bytes, write_round

Edit = Callable[[np.random.Generator, list[list[str]]], list[list[str]]]


def make(base: Path, seed: int) -> Path:
    source = write_round(base / f"in{seed}", applicants=80, programmes=7, choices=5, seed=seed)
    folder = base / f"out{seed}"
    freeze(source, folder, None)
    draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("lone"), 100)


def test_three_programs_agree_on_random_rounds(tmp_path: Path) -> None:
    """Engine, checker and lone verifier share no line; they agree on 40 rounds."""
    for seed in range(40):
        made = make(tmp_path, seed)
        assert check_folder(made) == []
        proved, findings = verify(made)
        assert findings == []
        assert proved[-1] == "allocation repeated from the sealed files"


def any_row(chance: np.random.Generator, rows: list[list[str]]) -> int:
    return int(chance.integers(len(rows)))


def served(chance: np.random.Generator, rows: list[list[str]]) -> int:
    return int(chance.choice([at for at, row in enumerate(rows) if row[1]]))


def drop(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    return rows[:at] + rows[at + 1 :]


def raise_rank(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    number, place, rank, k, ticket = rows[at]
    return [*rows[:at], [number, place, str(int(rank) + 1), k, ticket], *rows[at + 1 :]]


def raise_place(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    number, place, rank, k, ticket = rows[at]
    return [*rows[:at], [number, str(int(place) + 1), rank, k, ticket], *rows[at + 1 :]]


def better_ticket(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    number, place, rank, k, ticket = rows[at]
    other = ("0" if ticket[0] != "0" else "1") + ticket[1:]
    return [*rows[:at], [number, place, rank, k, other], *rows[at + 1 :]]


def take_home(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = served(chance, rows)
    return [*rows[:at], [rows[at][0], "", "", ""], *rows[at + 1 :]]


def give_home(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = int(chance.choice([at for at, row in enumerate(rows) if not row[1]]))
    return [*rows[:at], [rows[at][0], *rows[served(chance, rows)][1:]], *rows[at + 1 :]]


def other_tier(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = served(chance, rows)
    number, home, slot, tier = rows[at]
    return [*rows[:at], [number, home, slot, str(int(tier) + 7)], *rows[at + 1 :]]


def other_slot(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = served(chance, rows)
    number, home, _, tier = rows[at]
    return [*rows[:at], [number, home, "penthouse", tier], *rows[at + 1 :]]


def more_seats(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    row = [*rows[at]]
    row[2] = str(int(row[2]) + 1)
    return [*rows[:at], row, *rows[at + 1 :]]


def more_filled(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = any_row(chance, rows)
    row = [*rows[at]]
    row[3] = str(int(row[3]) + 1)
    return [*rows[:at], row, *rows[at + 1 :]]


def later_cut(chance: np.random.Generator, rows: list[list[str]]) -> list[list[str]]:
    at = int(chance.choice([at for at, row in enumerate(rows) if row[5]]))
    return [*rows[:at], [*rows[at][:5], str(int(rows[at][5]) + 1)], *rows[at + 1 :]]


EDITS = [
    ("tickets.csv", drop),
    ("tickets.csv", raise_rank),
    ("tickets.csv", raise_place),
    ("tickets.csv", better_ticket),
    ("results.csv", drop),
    ("results.csv", take_home),
    ("results.csv", give_home),
    ("results.csv", other_slot),
    ("cutoffs.csv", drop),
    ("cutoffs.csv", more_seats),
    ("cutoffs.csv", more_filled),
    ("cutoffs.csv", later_cut),
]


@pytest.mark.parametrize(
    ("table", "edit", "sealed"),
    [
        *((table, edit, sealed) for table, edit in EDITS for sealed in (True, False)),
        ("results.csv", other_tier, True),  # a tier at a single home is a sealed fact
    ],
    ids=lambda v: getattr(v, "__name__", str(v)),
)
def test_an_edit_with_a_fitting_manifest_is_found(
    tmp_path: Path, folder: Path, table: str, edit: Edit, sealed: bool
) -> None:
    chance = np.random.default_rng(1)
    for trial in range(5):
        copy = tmp_path / str(trial)
        shutil.copytree(folder, copy)
        header, *lines = (copy / table).read_text().splitlines()
        rows = edit(chance, [line.split(",") for line in lines])
        (copy / table).write_text("".join(f"{line}\n" for line in [header, *map(",".join, rows)]))
        names = [line.split("  ")[1] for line in (copy / "RESULT").read_text().splitlines()]
        (copy / "RESULT").write_bytes(listed_bytes(copy, names))
        if not sealed:
            (copy / "choices.csv").unlink()
            (copy / "facts.csv").unlink()
        _, findings = verify(copy)
        assert any(
            finding.startswith((table, "results.csv", "cutoffs.csv")) for finding in findings
        )


def read_rows(path: Path) -> tuple[str, list[list[str]]]:
    header, *lines = path.read_text().splitlines()
    return header, [line.split(",") for line in lines]


def write_rows(path: Path, header: str, rows: list[list[str]]) -> None:
    path.write_text("".join(f"{line}\n" for line in [header, *map(",".join, rows)]))


def test_a_secretly_unfair_match_is_found_with_the_sealed_files_only(
    tmp_path: Path, folder: Path
) -> None:
    """Somebody without a home replaces the last one served, and the cut-off is made to fit.

    Nothing public contradicts that, so it passes there; the sealed files give it away.
    """
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    places = {row[0]: row[1] for row in read_rows(copy / "tickets.csv")[1]}
    results_header, results = read_rows(copy / "results.csv")
    cuts_header, cuts = read_rows(copy / "cutoffs.csv")
    _, programmes = read_rows(copy / "programmes.csv")
    cut = next(row for row in cuts if row[1] == "rest" and row[5])
    last = next(r for r in results if r[1:3] == cut[:2] and places[r[0]] == cut[5])
    heads = {row[0]: int(row[3]) for row in read_rows(copy / "applications.csv")[1]}
    homes = {row[0]: range(int(row[7]), int(row[8]) + 1) for row in programmes}
    other = next(
        r
        for r in results
        if not r[1]
        and int(places.get(r[0], 0)) > int(cut[5])
        and heads[r[0]] in homes[cut[0]]  # whoever does not fit is found without sealed files
    )
    other[1:], last[1:] = last[1:], ["", "", ""]
    cut[5] = places[other[0]]
    write_rows(copy / "results.csv", results_header, results)
    write_rows(copy / "cutoffs.csv", cuts_header, cuts)
    names = [line.split("  ")[1] for line in (copy / "RESULT").read_text().splitlines()]
    (copy / "RESULT").write_bytes(listed_bytes(copy, names))
    _, findings = verify(copy)
    assert any(other[0] in finding for finding in findings)
    assert any(last[0] in finding for finding in findings)
    for name in ("choices.csv", "facts.csv"):
        (copy / name).unlink()
    assert verify(copy)[1] == []
