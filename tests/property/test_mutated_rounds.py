"""Every change planted in a round's folder is told by ``round check`` and by ``verify.py``."""

import re
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.round
from huiguan.cli import app
from huiguan.foundation.faults import Fault
from huiguan.housing.round.draw import commit_secret
from huiguan.housing.verify.program import SHOWN, main
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes.round_folder import commitment_of
from tests.mutations import (
    BYTES,
    EXTRA,
    FROZEN,
    KINDS,
    Change,
    NowhereError,
    edit,
    extra,
    forge,
    names_of,
    of_file,
    remove,
    several,
    sign,
)
from tests.rounds import SIGNATURE, write_round

assert huiguan.cli.homes.round.round_app
SECRETS = {"auditor": "603deb1015ca71be", "union": "2b7e151628aed2a6"}
NAMES = (
    "MANIFEST",
    "PREVIOUS",
    "RESULT",
    "applications.csv",
    "choices.csv",
    "cutoffs.csv",
    "draw.toml",
    "facts.csv",
    "programmes.csv",
    *(
        f"reruns/{step}/{name}"
        for step in (1, 2)
        for name in ("RESULT", "answers.csv", "cutoffs.csv", "results.csv")
    ),
    "results.csv",
    "round.toml",
    "rules/eligibility.toml",
    "rules/policies.toml",
    "rules/publication.toml",
    "tickets.csv",
    "verify.py",
    "verify_beacon.py",
)
SECONDS = 60  # for one check on a busy machine; an endless read never ends


def by_parties(source: Path) -> Path:
    head = (source / "round.toml").read_text().split("chain")[0] + 'randomness = "parties"\n'
    for name, secret in SECRETS.items():
        pledge = commit_secret(name, secret)
        head += f'\n[[party]]\nname = "{name}"\ncommitment = "{pledge}"\n'
    (source / "round.toml").write_text(head)
    (source / "rules/eligibility.toml").write_text('status = "assumed"\n')
    return source


def run(source: Path, folder: Path, previous: Path | None) -> Path:
    freeze(source, folder, previous)
    if "parties" in (folder / "round.toml").read_text():
        draw_round(folder, "", SECRETS, "31415")
    else:
        draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    return folder


def answer(folder: Path, step: int) -> None:
    rows = [line.split(",") for line in (folder / "results.csv").read_text().split()[1:]]
    held = [row[0] for row in rows if row[1]][4 * step : 4 * step + 4]
    lines = [f"{n},{('settled', 'withdrawn')[at % 2]}\n" for at, n in enumerate(held)]
    path = folder.with_name("answers.csv")
    path.write_text("number,answer\n" + "".join(lines))
    rerun_round(folder, path)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of rounds: ``second`` has everything a round can have."""
    root = tmp_path_factory.mktemp("rounds")
    source = by_parties(write_round(root / "in", 60, 6, choices=4, seed=3))
    freeze(source, root / "first", None)
    void_round(root / "first", "a building was forgotten", "the office")
    second = run(source, root / "second", root / "first")
    answer(second, 0)
    answer(second, 1)
    run(write_round(root / "in2", 60, 6, choices=4, seed=4), root / "drand", None)
    counts = write_round(root / "in3", 60, 6, choices=4, seed=5)
    head = counts / "round.toml"
    head.write_text(head.read_text() + 'profile = "counts-only"\n')
    release_round(run(counts, root / "counts", None), root / "public")
    void_round(root / "counts", "a building was forgotten", "the office")
    return root


@contextmanager
def limited() -> Iterator[None]:
    """End a read that never ends."""

    def late(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"no answer after {SECONDS} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def checked(folder: Path) -> int:
    """Return the exit code of ``huiguan round check``; what it says is one line a finding."""
    with limited():
        result = CliRunner().invoke(app, ["round", "check", str(folder)])
    if result.exception is None:
        return 0
    assert isinstance(result.exception, Fault), repr(result.exception)
    assert "\n" not in str(result.exception)
    return result.exception.exit_code


def verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> int:
    """Return the exit code of ``verify.py``; what it says is printable, one line a finding."""
    monkeypatch.setattr(sys, "argv", ["verify.py", str(folder)])
    capsys.readouterr()
    with limited():
        code = main()
    lines = "".join(capsys.readouterr()).splitlines()
    assert 0 < len(lines) <= SHOWN + 1
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert (code == 0) == any(line.startswith("PROVED") for line in lines)
    return code


def next_seat(found: re.Match[str]) -> str:
    return f",{int(found[1]) + 1},{found[2]},{found[3]},{found[4]}"


def next_filled(found: re.Match[str]) -> str:
    return f",{found[1]},{int(found[2]) + 1},{found[3]},{found[4]}"


def answer_homeless(_: np.random.Generator, folder: Path) -> None:
    """Let somebody withdraw who holds no home after the first re-run."""
    results = (folder / "reruns/1/results.csv").read_text().split()[1:]
    inside = re.findall(r"^([0-9X]+),in,", (folder / "applications.csv").read_text(), re.MULTILINE)
    number = next(
        r.split(",")[0] for r in results if r.endswith(",,,") and r.split(",")[0] in inside
    )
    path = folder / "reruns/2/answers.csv"
    header, *rows = path.read_text().split()
    rows = sorted({row.split(",")[0]: row for row in [*rows, f"{number},withdrawn"]}.values())
    path.write_text("".join(f"{row}\n" for row in [header, *rows]))


class Planted:
    """A folder to plant changes in; both checkers must tell each of them."""

    def __init__(
        self,
        base: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.base, self.tmp_path, self.monkeypatch, self.capsys = (
            base,
            tmp_path,
            monkeypatch,
            capsys,
        )
        self.count = 0
        self.accepted: list[str] = []

    def codes(self, folder: Path) -> tuple[int, int]:
        return checked(folder), verified(folder, self.monkeypatch, self.capsys)

    def plant(self, round_name: str, label: str, change: Change, level: str = "raw") -> None:
        self.count += 1
        folder = self.tmp_path / str(self.count)
        shutil.copytree(self.base / round_name, folder)
        try:
            change(np.random.default_rng(self.count), folder)
        except NowhereError:
            self.count -= 1
            shutil.rmtree(folder)
            return
        if level == "signed":
            sign(folder)
        elif level == "forged":
            with suppress(Fault, LookupError, ValueError, OverflowError):  # as far as it goes along
                forge(folder)
            sign(folder)
        codes = self.codes(folder)
        if 0 in codes:
            self.accepted.append(
                f"{round_name}, {label}, {level}: check {codes[0]}, verify {codes[1]}"
            )
        shutil.rmtree(folder)


@pytest.fixture
def planted(
    base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Planted:
    return Planted(base, tmp_path, monkeypatch, capsys)


def test_what_was_not_changed_is_proved(planted: Planted) -> None:
    for name in ("second", "drand", "counts", "first"):
        assert planted.codes(planted.base / name) == (0, 0), name
    assert verified(planted.base / "public", planted.monkeypatch, planted.capsys) == 0


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_in_any_file_are_told(planted: Planted, name: str) -> None:
    assert list(NAMES) == names_of(planted.base / "second")
    lists = ("MANIFEST", "RESULT")  # signing would undo the change
    for label, change in BYTES.items():
        for level in ("raw",) if name.endswith(lists) else ("raw", "signed"):
            if name.endswith("answers.csv") and (label, level) == ("line gone", "signed"):
                continue  # fewer answers are another history, with a result of its own
            planted.plant("second", f"{name}: {label}", of_file(name, change), level)
    for label, kind in KINDS.items():
        planted.plant("second", f"{name}: {label}", kind(name))
    assert planted.accepted == []
    assert planted.count >= 30


def test_what_has_no_place_in_a_round_is_told(planted: Planted) -> None:
    for name, change in EXTRA.items():
        if name != "PREVIOUS":
            planted.plant("second", name, change)
        planted.plant("drand", name, change)
    assert planted.accepted == []


@pytest.mark.parametrize("label", FROZEN)
def test_what_no_freeze_writes_is_told(planted: Planted, label: str) -> None:
    for level in ("signed", "forged"):
        planted.plant("second", label, FROZEN[label], level)
    assert planted.accepted == []


OTHER = "0" * 64
STAGES: dict[str, tuple[str, Change]] = {
    "no result, another one given": (
        "drand",
        several(remove("RESULT"), edit("results.csv", ",rest,[0-9]+$", ",,")),
    ),
    "no draw, other tickets": (
        "drand",
        several(
            *(remove(name) for name in ("RESULT", "draw.toml", "results.csv", "cutoffs.csv")),
            edit("tickets.csv", ",1,1,", ",2,1,"),
        ),
    ),
    "no draw": ("drand", remove("draw.toml")),
    "no draw, no tickets": ("drand", several(remove("draw.toml"), remove("tickets.csv"))),
    "no tickets": ("drand", remove("tickets.csv")),
    "no result, but re-runs": ("second", remove("RESULT")),
    "no first re-run": ("second", lambda _, folder: shutil.rmtree(folder / "reruns/1")),
    "a re-run skipped": ("second", lambda _, f: (f / "reruns/2").rename(f / "reruns/3")),
    "re-runs exchanged": (
        "second",
        lambda _, f: [
            (f / "reruns/1").rename(f / "reruns/x"),
            (f / "reruns/2").rename(f / "reruns/1"),
            (f / "reruns/x").rename(f / "reruns/2"),
        ],
    ),
    "a re-run without its list": ("second", remove("reruns/2/RESULT")),
    "a re-run without results": ("second", remove("reruns/2/results.csv")),
    "a re-run without answers": ("second", remove("reruns/2/answers.csv")),
    "a re-run without cut-offs": ("second", remove("reruns/2/cutoffs.csv")),
    "facts gone, lists there": ("second", remove("facts.csv")),
    "lists gone, facts there": ("second", remove("choices.csv")),
    "an answer of a stranger": (
        "second",
        edit("reruns/2/answers.csv", r"(?s)\Z", "99999999X,withdrawn\n"),
    ),
    "an answer without an offer": ("second", answer_homeless),
    "another word for an answer": ("second", edit("reruns/2/answers.csv", "withdrawn", "refused")),
    "void, with anything": ("drand", extra("VOID", b"anything\n")),
    "void, empty": ("drand", extra("VOID", b"")),
    "another signature": ("drand", edit("draw.toml", '^signature = "b4', 'signature = "84')),
    "no signature": ("drand", edit("draw.toml", "^signature = .*", 'signature = ""')),
    "a signature in capitals": ("drand", edit("draw.toml", '"b44679b9', '"B44679B9')),
    "a signature with blanks": ("drand", edit("draw.toml", '"b446', '"b4 46')),
    "another round": ("drand", edit("draw.toml", "^beacon_round = .*", "beacon_round = 1001")),
    "dice beside a beacon": ("drand", edit("draw.toml", '^dice = ""', 'dice = "1"')),
    "other dice": ("second", edit("draw.toml", "^dice = .*", 'dice = "31416"')),
    "dice with seven": ("second", edit("draw.toml", "^dice = .*", 'dice = "7"')),
    "another secret": ("second", edit("draw.toml", '^secret = "', 'secret = "0')),
    "a beacon beside dice": (
        "second",
        edit("draw.toml", "^beacon_round = .*", "beacon_round = 1"),
    ),
    "parties exchanged": (
        "second",
        edit("draw.toml", r"(?s)\n(\[\[party.*)\n(\[\[party.*)\Z", r"\n\2\n\1"),
    ),
    "void after another file": ("counts", edit("VOID", "^last = .*", 'last = "draw.toml"')),
    "void after other bytes": ("counts", edit("VOID", "^digest = .*", f'digest = "{OTHER}"')),
    "void of another round": (
        "counts",
        edit("VOID", "^commitment = .*", f'commitment = "{OTHER}"'),
    ),
    "void by nobody": ("counts", edit("VOID", "^by = .*", 'by = ""')),
    "void without why": ("counts", edit("VOID", "^reason = .*", 'reason = " "')),
    "void in the words of before": (
        "counts",
        lambda _, f: (f / "VOID").write_text(f"{commitment_of(f)}  a building was forgotten\n"),
    ),
    "void, and a result given": ("counts", edit("results.csv", ",rest,[0-9]+$", ",,")),
    "void before the draw, a home too many": ("first", FROZEN["a home too many"]),
}


@pytest.mark.parametrize("label", STAGES)
def test_what_is_missing_unbound_or_forged_is_told(planted: Planted, label: str) -> None:
    name, change = STAGES[label]
    planted.plant(name, label, change)
    planted.plant(name, label, change, "signed")
    assert planted.accepted == []


CUTS = {
    "a seat more": edit("cutoffs.csv", r",(\d+),(\d+),(\d*),(\d*)$", next_seat),
    "one served more": edit("cutoffs.csv", r",(\d+),(\d+),(\d*),(\d*)$", next_filled),
    "nobody served last": edit("cutoffs.csv", r",\d+,\d+$", ",,"),
    "somebody served last": edit("cutoffs.csv", r",([1-9]\d*),0,,$", r",\1,0,0,1"),
    "no place": edit("cutoffs.csv", r",\d+,\d+$", ",0,0"),
    "half a last one": edit("cutoffs.csv", r",(\d+),\d+$", r",\1,"),
    "one slot fewer": edit("cutoffs.csv", r"^P.*\n", ""),
    "another slot": edit("cutoffs.csv", ",access,", ",best,"),
    "another home": edit("cutoffs.csv", "^P00000,", "P00000x,"),
    "one person twice": edit("cutoffs.csv", r"(?s),(\d+,\d+)\n(.*),\d+,\d+\n", r",\1\n\2,\1\n"),
}


@pytest.mark.parametrize("label", CUTS)
@pytest.mark.parametrize("name", ["public", "counts"])
def test_cut_offs_are_told_whatever_is_sealed(planted: Planted, label: str, name: str) -> None:
    """With counts only, cut-offs still follow from homes and policies; with all files, from all."""
    planted.plant(
        name,
        label,
        several(lambda _, f: (f / "VOID").unlink(missing_ok=True), CUTS[label]),
        "signed",
    )
    assert planted.accepted == []
