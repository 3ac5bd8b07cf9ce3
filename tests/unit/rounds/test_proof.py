"""What a round says of itself is what is proved: markers, signatures, secrets, releases."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.round
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.draw import commit_secret
from huiguan.housing.verify.program import main
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes.round_step import hold_round
from tests.mutations import edit, sign
from tests.rounds import SIGNATURE, write_round

assert huiguan.cli.homes.round.round_app
SECRETS = {"auditor": "603deb1015ca71be", "union": "2b7e151628aed2a6"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_round(tmp_path / "in", applicants=50, programmes=5, choices=4, seed=8)


@pytest.fixture
def folder(tmp_path: Path, source: Path) -> Path:
    freeze(source, tmp_path / "round", None)
    draw_round(tmp_path / "round", SIGNATURE, {}, "")
    allocate_round(tmp_path / "round")
    return tmp_path / "round"


def by_parties(source: Path, commitments: dict[str, str]) -> None:
    head = (source / "round.toml").read_text().split("chain")[0] + 'randomness = "parties"\n'
    for name, commitment in commitments.items():
        head += f'\n[[party]]\nname = "{name}"\ncommitment = "{commitment}"\n'
    (source / "round.toml").write_text(head)


Proof = Callable[[Path], str]


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Proof:
    """Return a call of ``verify.py`` that finds nothing wrong, and what it prints."""

    def run(folder: Path) -> str:
        monkeypatch.setattr(sys, "argv", ["verify.py", str(folder)])
        capsys.readouterr()
        assert main() == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("text", ["", "void\n", "{commitment}  a building was forgotten\n"])
def test_a_marker_anybody_could_write_opens_no_gate(
    folder: Path, tmp_path: Path, text: str
) -> None:
    """Results forged, ``VOID`` written: nothing is released, and both checkers tell the results."""
    edit("results.csv", ",rest,[0-9]+$", ",,")(None, folder)  # type: ignore[arg-type]
    sign(folder)
    (folder / "VOID").write_text(text)
    with pytest.raises(CheckFault, match="nothing is released"):
        release_round(folder, tmp_path / "public")
    assert not (tmp_path / "public").exists()
    (folder / "VOID").unlink()
    void_round(folder, "a building was forgotten", "the office")
    with pytest.raises(CheckFault, match=r"finding.*nothing is released; the first: (results|cut)"):
        release_round(folder, tmp_path / "public")


def test_a_void_attempt_is_checked_at_every_stage_and_released(
    source: Path, tmp_path: Path, proof: Proof
) -> None:
    steps = [
        lambda f: freeze(source, f, None),
        lambda f: draw_round(f, SIGNATURE, {}, ""),
        allocate_round,
    ]
    for count in (1, 2, 3):
        folder = tmp_path / f"round{count}"
        for step in steps[:count]:
            step(folder)  # type: ignore[no-untyped-call]
        void_round(folder, "a building was forgotten", "the office")
        assert check_folder(folder) == []
        released = release_round(folder, tmp_path / f"public{count}")
        assert "VOID" in released
        assert ("results.csv" in released) == (count == 3)
        said = proof(tmp_path / f"public{count}")
        assert "VOID a building was forgotten (declared by the office); SHA-256" in said
        assert "NOT PROVED who declared it void" in said


def test_the_next_attempt_freezes_why_the_last_one_is_void(
    folder: Path, source: Path, tmp_path: Path
) -> None:
    void_round(folder, "a building was forgotten", "the office")
    second = tmp_path / "second"
    freeze(source, second, folder)
    assert (second / "PREVIOUS").read_bytes() == (folder / "VOID").read_bytes()
    assert "  PREVIOUS\n" in (second / "MANIFEST").read_text()
    edit("VOID", "^by = .*", 'by = ""')(None, folder)  # type: ignore[arg-type]
    with pytest.raises(CheckFault, match="VOID counts for nothing: it does not say why, or who"):
        freeze(source, tmp_path / "third", folder)
    with pytest.raises(InputFault, match="who declares it void"):
        void_round(second, "a reason", " ")


def test_what_was_not_proved_is_named(folder: Path, tmp_path: Path, proof: Proof) -> None:
    said = proof(folder)
    assert "PROVED manifest, supply, numbers, public value (drand quicknet, round 1000)" in said
    known, published = (line for line in said.splitlines() if line.startswith("NOT PROVED"))
    assert "that nobody knew the value at the freeze" in known
    assert known.endswith("came on 2023-08-23, the freeze is of 2026-09-01")
    assert "that the commitment was public before the value" in published
    release_round(folder, tmp_path / "public")
    said = proof(tmp_path / "public")
    assert "NOT PROVED whether somebody asked for another home first" in said


def test_a_draw_by_dice_is_called_what_it_is(source: Path, tmp_path: Path, proof: Proof) -> None:
    by_parties(source, {name: commit_secret(name, s) for name, s in SECRETS.items()})
    folder = tmp_path / "round"
    freeze(source, folder, None)
    said = proof(folder)
    assert "NOT PROVED any result: the round is frozen so far" in said
    draw_round(folder, "", SECRETS, "31415")
    said = proof(folder)
    assert "public value (an operator's value: secrets of auditor, union, and dice)" in said
    assert "NOT PROVED that the dice fell as they are written" in said
    assert "NOT PROVED any result: the round is drawn so far" in said


@pytest.mark.parametrize("commitment", ["", "ab", "A" * 64, "0" * 63 + "g", "0" * 65])
def test_a_pledge_nobody_could_keep_is_refused_at_the_freeze(
    source: Path, tmp_path: Path, commitment: str
) -> None:
    by_parties(source, {"union": commitment})
    with pytest.raises(InputFault, match="a commitment is 64 small hexadecimal digits"):
        freeze(source, tmp_path / "round", None)
    assert not (tmp_path / "round").exists()


def test_a_mistyped_secret_draws_nothing_and_voids_nothing(source: Path, tmp_path: Path) -> None:
    by_parties(source, {name: commit_secret(name, s) for name, s in SECRETS.items()})
    folder = tmp_path / "round"
    freeze(source, folder, None)
    with pytest.raises(InputFault, match="nothing is drawn: look for a slip of the pen") as told:
        draw_round(folder, "", SECRETS | {"union": SECRETS["union"] + " "}, "31415")
    assert "void" not in str(told.value)
    assert not (folder / "tickets.csv").exists()
    draw_round(folder, "", SECRETS, "31415")


@pytest.mark.parametrize(
    "signature", [SIGNATURE.replace("b446", "8446"), "8" + "0" * 95, SIGNATURE.upper()]
)
def test_an_invented_signature_draws_nothing(source: Path, tmp_path: Path, signature: str) -> None:
    folder = tmp_path / "round"
    freeze(source, folder, None)
    with pytest.raises(InputFault, match=r"not drand's signature of round 1000|give its whole"):
        draw_round(folder, signature, {}, "")
    assert not (folder / "draw.toml").exists()


def test_a_known_round_of_the_beacon_is_warned_of(source: Path, tmp_path: Path) -> None:
    def warned(name: str, beacon_round: int) -> str:
        text = (source / "round.toml").read_text()
        head = text.splitlines()
        head[3] = f"beacon_round = {beacon_round}"
        (source / "round.toml").write_text("\n".join(head) + "\n")
        call = ["round", "freeze", str(tmp_path / name), "--from", str(source)]
        return CliRunner().invoke(app, call, catch_exceptions=False).output

    assert "warning: round 1000 of quicknet came on 2023-08-23" in warned("known", 1000)
    # 2026-09-01 is 1,788,220,800 s; (1,788,220,800 + 86,400 - 1,692,803,367) / 3 + 1 = 31,834,612
    assert "everybody could know" not in warned("future", 31_834_612)
    assert "came on 2026-09-01" in warned("same day", 31_834_611 - 28_000)


def test_forged_tickets_and_results_carry_nothing_on(folder: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text("number,answer\n")
    drawn = tmp_path / "drawn"
    shutil.copytree(folder, drawn)
    for name in ("RESULT", "results.csv", "cutoffs.csv"):
        (drawn / name).unlink()
    edit("tickets.csv", ",1,1,([12]),", r",2,1,\1,")(None, drawn)  # type: ignore[arg-type]
    with pytest.raises(CheckFault, match=r"tickets.csv is not what the public value"):
        allocate_round(drawn)
    edit("results.csv", ",rest,[0-9]+$", ",,")(None, folder)  # type: ignore[arg-type]
    sign(folder)
    with pytest.raises(CheckFault, match="nothing is run again on it"):
        rerun_round(folder, answers)
    (folder / "draw.toml").unlink()
    with pytest.raises(CheckFault, match=r"draw.toml is missing, and RESULT stands there"):
        draw_round(folder, SIGNATURE, {}, "")


def test_who_writes_is_named_and_nothing_beside_is_touched(folder: Path, tmp_path: Path) -> None:
    """A folder called like the round, ``.new`` behind it, is somebody's and stays."""
    (tmp_path / "round.new").mkdir()
    (tmp_path / "round.new/notes.txt").write_text("mine")
    with (
        hold_round(folder, "round void", lambda _: None),
        pytest.raises(InputFault, match=r"is being written by process [0-9]+, huiguan round void"),
    ):
        void_round(folder, "a reason", "the office")
    assert void_round(folder, "a reason", "the office")
    assert (tmp_path / "round.new/notes.txt").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "round", "round.new"]


def test_an_input_with_more_than_a_round_is_not_frozen_in_place(source: Path) -> None:
    (source / "notes.txt").write_text("remember the lift")
    with pytest.raises(InputFault, match=r"'notes.txt' in .* has no place in a round; take it out"):
        freeze(source, source, None)
    (source / "notes.txt").unlink()
    (source / "people.csv").symlink_to(source / "facts.csv")
    with pytest.raises(InputFault, match=r"'people.csv' in .* has no place in a round"):
        freeze(source, source, None)


def test_a_public_folder_takes_nothing_it_did_not_get(folder: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    release_round(folder, public)
    (public / "results.csv").write_text("number,programme,slot,tier\n")
    with pytest.raises(InputFault, match=r"'results.csv' in .* is not what the round releases"):
        release_round(folder, public)
    shutil.rmtree(public)
    release_round(folder, public)
    (public / "notes.txt").write_text("x")
    with pytest.raises(InputFault, match=r"'notes.txt' in .* is not what the round releases"):
        release_round(folder, public)
