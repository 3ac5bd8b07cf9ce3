"""Every step asks for the one before it, in one sentence, and no step is taken twice."""

from pathlib import Path

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.verify import verify
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes.round_folder import OUTCOME
from tests.rounds import SIGNATURE, listed_bytes, write_round


def draw(folder: Path) -> None:
    draw_round(folder, SIGNATURE, {}, "")


def test_steps_out_of_order_say_what_comes_first(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=40, programmes=4, choices=3, seed=6)
    folder, answers = tmp_path / "round", tmp_path / "answers.csv"
    for step in (draw, allocate_round, check_folder):
        with pytest.raises(InputFault, match="there is no folder"):
            step(folder)
        with pytest.raises(InputFault, match="not frozen yet; freeze first"):
            step(source)
    with pytest.raises(InputFault, match="not frozen yet; freeze first"):
        void_round(source, "a reason", "the office")
    with pytest.raises(InputFault, match="there is no folder"):
        freeze(tmp_path / "nowhere", folder, None)
    freeze(source, folder, None)
    with pytest.raises(InputFault, match="frozen already"):
        freeze(source, folder, None)
    for step in (allocate_round, check_folder):
        with pytest.raises(InputFault, match="not drawn yet; draw first"):
            step(folder)
    with pytest.raises(InputFault, match="not drawn yet; draw first"):
        rerun_round(folder, answers)
    draw(folder)
    with pytest.raises(InputFault, match="drawn already"):
        draw(folder)
    with pytest.raises(InputFault, match="no result yet; allocate first"):
        check_folder(folder)
    with pytest.raises(InputFault, match="no result yet; allocate first"):
        rerun_round(folder, answers)
    allocate_round(folder)
    with pytest.raises(InputFault, match="has its result already"):
        allocate_round(folder)
    with pytest.raises(InputFault, match="the round itself"):
        release_round(folder, folder)
    void_round(folder, "a reason", "the office")
    for step in (draw, allocate_round):
        with pytest.raises(InputFault, match="void attempt"):
            step(folder)
    with pytest.raises(InputFault, match="void attempt"):
        void_round(folder, "a reason", "the office")


def test_a_beacon_round_is_drawn_by_a_whole_signature_and_nothing_else(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=30, programmes=4, choices=3, seed=6)
    folder = tmp_path / "round"
    freeze(source, folder, None)
    for signature in ("", "ab", SIGNATURE[:-2]):
        with pytest.raises(InputFault, match="round 1000 of drand; give its whole signature"):
            draw_round(folder, signature, {}, "")
    with pytest.raises(InputFault, match="secrets and dice have no part"):
        draw_round(folder, SIGNATURE, {}, "123")
    assert not (folder / "draw.toml").exists()


def test_a_release_never_mixes_two_rounds(tmp_path: Path) -> None:
    public = tmp_path / "public"
    for seed in (1, 2):
        source = write_round(tmp_path / f"in{seed}", 30, 4, choices=3, seed=seed)
        freeze(source, tmp_path / f"round{seed}", None)
        draw(tmp_path / f"round{seed}")
        allocate_round(tmp_path / f"round{seed}")
    release_round(tmp_path / "round1", public)
    release_round(tmp_path / "round1", public)
    with pytest.raises(InputFault, match="holds another round"):
        release_round(tmp_path / "round2", public)


def test_a_step_cut_short_is_taken_again(tmp_path: Path) -> None:
    """Tickets without ``draw.toml``, results without ``RESULT``: the step has not happened."""
    source = write_round(tmp_path / "in", applicants=40, programmes=4, choices=3, seed=6)
    folder = tmp_path / "round"
    freeze(source, folder, None)
    draw(folder)
    tickets = (folder / "tickets.csv").read_bytes()
    (folder / "draw.toml").unlink()
    aside = tmp_path / ".round.step/new"
    aside.mkdir(parents=True)
    (aside / "tickets.csv.new").write_bytes(tickets[:100])
    (aside.parent / "LOCK").write_text("process 1, huiguan round draw")
    draw(folder)
    assert (folder / "tickets.csv").read_bytes() == tickets
    allocate_round(folder)
    (folder / "RESULT").unlink()
    allocate_round(folder)
    assert check_folder(folder) == []
    assert not aside.parent.exists()


FORGED = [
    ("draw.toml", "beacon_round = 1000", "beacon_round = 1001", "not the beacon round named"),
    ("draw.toml", 'signature = "b4', 'signature = "b5', "does not follow from its evidence"),
    ("draw.toml", 'commitment = "', 'commitment = "0', "is not the hash of MANIFEST"),
    ("results.csv", ",,,\n", ",,,0\n", "a slot or tier but no home"),
    ("results.csv", ",,,\n", ",,rest,\n", "a slot or tier but no home"),
    ("results.csv", ",rest,", ",,", "the home has no such slot"),
    ("results.csv", ",,,\n", ",,,-1\n", "a slot or tier but no home"),
    ("results.csv", ",rest,1\n", ",rest,01\n", "the tier is not the one at this home"),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), FORGED)
def test_what_a_manifest_was_made_to_fit_is_still_found(
    tmp_path: Path, name: str, old: str, new: str, sentence: str
) -> None:
    source = write_round(tmp_path / "in", applicants=40, programmes=4, choices=3, seed=6)
    folder = tmp_path / "round"
    freeze(source, folder, None)
    draw(folder)
    allocate_round(folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    lines = listed_bytes(folder, ("MANIFEST", *OUTCOME))
    (folder / "RESULT").write_bytes(lines)
    assert sentence in check_folder(folder)[0].sentence
    assert verify(folder)[1]


@pytest.mark.parametrize("cut", ["results.csv", "draw.toml", "MANIFEST"])
def test_a_result_that_lists_less_is_no_result(tmp_path: Path, cut: str) -> None:
    source = write_round(tmp_path / "in", applicants=40, programmes=4, choices=3, seed=6)
    folder = tmp_path / "round"
    freeze(source, folder, None)
    draw(folder)
    allocate_round(folder)
    kept = {"MANIFEST", *OUTCOME} - {cut}
    (folder / "RESULT").write_bytes(listed_bytes(folder, kept))
    assert "does not list" in check_folder(folder)[0].sentence
    assert any("does not list" in line for line in verify(folder)[1])
    (folder / "RESULT").write_text("x")
    assert "form of sha256sum" in check_folder(folder)[0].sentence
    assert any("form of sha256sum" in line for line in verify(folder)[1])
