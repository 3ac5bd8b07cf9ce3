"""A re-run is a result too: ``round check`` proves every step, and names what is wrong in one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.round
from huiguan.cli import app
from huiguan.housing.explain import explain
from huiguan.housing.round.stages import count_reruns
from huiguan.housing.told import tell
from huiguan.housing.verify import verify
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.story import read_result
from huiguan.storage.homes.round_folder import stages_of, step_files
from tests.rounds import SIGNATURE, listed_bytes, write_round

assert huiguan.cli.homes.round.round_app
STEPS = "re-runs 1 to 2"
Rows = dict[str, list[str]]  # number -> programme, slot, tier


def read_rows(path: Path) -> Rows:
    """Return results or answers by number."""
    return {line.split(",")[0]: line.split(",")[1:] for line in path.read_text().split()[1:]}


def write_rows(path: Path, rows: Rows) -> None:
    """Write results or answers below the heading they have."""
    lines = [path.read_text().split()[0], *(",".join([key, *rows[key]]) for key in sorted(rows))]
    path.write_text("".join(f"{line}\n" for line in lines))


def sign_again(folder: Path) -> None:
    """Make the manifests of both steps fit whatever their files hold now."""
    for step in (1, 2):
        lines = listed_bytes(folder, step_files(step))
        (folder / f"reruns/{step}/RESULT").write_bytes(lines)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a round with two re-runs: 30 withdraw and 30 settle, then 20 and 20 of the rest."""
    base = tmp_path_factory.mktemp("reruns")
    folder = base / "round"
    source = write_round(base / "in", applicants=400, programmes=20, choices=6, seed=11)
    freeze(source, folder, None)
    draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    holders = [n for n, row in read_rows(folder / "results.csv").items() if row[0]]
    spans = [(0, 30, "withdrawn"), (30, 60, "settled"), (60, 80, "withdrawn"), (80, 100, "settled")]
    for half in (spans[:2], spans[2:]):
        lines = [f"{n},{answer}\n" for a, b, answer in half for n in holders[a:b]]
        (base / "answers.csv").write_text("number,answer\n" + "".join(lines))
        rerun_round(folder, base / "answers.csv")
    return folder


def test_every_step_is_proved(honest: Path, tmp_path: Path) -> None:
    assert check_folder(honest) == []
    proved, found = verify(honest)
    assert (proved[-2:], found) == (["allocation repeated from the sealed files", STEPS], [])
    release_round(honest, tmp_path / "public")
    proved, found = verify(tmp_path / "public")
    assert (proved[-2:], found) == (["results agree with cut-offs", STEPS], [])


def homes_of(folder: Path, step: int) -> tuple[Rows, Rows, Rows]:
    """Return results of the step before, answers and results of a step."""
    before = folder / "results.csv" if step == 1 else folder / f"reruns/{step - 1}/results.csv"
    here = folder / f"reruns/{step}"
    return read_rows(before), read_rows(here / "answers.csv"), read_rows(here / "results.csv")


def lose_offer(folder: Path, step: int) -> tuple[str, str]:
    """Take the home from somebody who holds one and has not answered."""
    before, answers, after = homes_of(folder, step)
    number = next(n for n, row in after.items() if row[0] and before[n][0] and n not in answers)
    write_rows(folder / f"reruns/{step}/results.csv", {**after, number: ["", "", ""]})
    return number, "held"


def keep_withdrawn(folder: Path, step: int) -> tuple[str, str]:
    """Give somebody who withdrew the old home back."""
    before, answers, after = homes_of(folder, step)
    number = next(n for n, answer in answers.items() if answer == ["withdrawn"])
    write_rows(folder / f"reruns/{step}/results.csv", {**after, number: before[number]})
    return number, "withdrawn"


def drop_settled(folder: Path, step: int) -> tuple[str, str]:
    """Take the home from somebody who has settled."""
    _, answers, after = homes_of(folder, step)
    number = next(n for n, answer in answers.items() if answer == ["settled"])
    write_rows(folder / f"reruns/{step}/results.csv", {**after, number: ["", "", ""]})
    return number, "settled"


def undo_rise(folder: Path, step: int) -> tuple[str, str]:
    """Leave somebody without a home who has come up."""
    before, _, after = homes_of(folder, step)
    number = next(n for n, row in after.items() if row[0] and not before[n][0])
    write_rows(folder / f"reruns/{step}/results.csv", {**after, number: before[number]})
    return number, "not-optimal"


def answer_without_home(folder: Path, step: int) -> tuple[str, str]:
    """Let somebody settle who holds nothing."""
    before, answers, _ = homes_of(folder, step)
    number = next(n for n, row in before.items() if not row[0] and n not in answers)
    write_rows(folder / f"reruns/{step}/answers.csv", {**answers, number: ["settled"]})
    return number, "answer"


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize(
    "plant", [lose_offer, keep_withdrawn, drop_settled, undo_rise, answer_without_home]
)
def test_a_fault_in_a_step_is_named(
    honest: Path, tmp_path: Path, plant: Callable[[Path, int], tuple[str, str]], step: int
) -> None:
    folder = tmp_path / "round"
    shutil.copytree(honest, folder)
    number, code = plant(folder, step)
    (before,) = check_folder(folder)
    assert "differs from" in before.sentence  # the manifest alone gives it away
    sign_again(folder)
    found = check_folder(folder)
    assert (number, code) in {(finding.row, finding.code) for finding in found}
    assert {finding.file.rpartition("/")[0] for finding in found} == {f"reruns/{step}"}
    lines = [line for line in verify(folder)[1] if line.startswith(f"reruns/{step}/")]
    assert any(f".csv: {number}" in line for line in lines)


def test_a_story_ends_with_the_last_step(honest: Path) -> None:
    first, last = (read_rows(honest / name) for name in ("results.csv", "reruns/2/results.csv"))
    risen = next(n for n, row in last.items() if row[0] and not first[n][0])
    gone = next(n for n, row in last.items() if not row[0] and first[n][0])
    for number, words in (
        (risen, f"After re-run 2, which counts now: {last[risen][0]}"),
        (gone, "After re-run 2, which counts now: no home"),
    ):
        shown = CliRunner().invoke(app, ["round", "explain", str(honest), number])
        assert words in shown.stdout
        chinese = ["round", "explain", str(honest), number, "--lang", "zh"]
        assert "以第 2 次递补结果为准" in CliRunner().invoke(app, chinese).stdout


REASONS = {
    "withdrawn": "It withdrew, so it holds no home and waits for none.",
    "settled": "It settled for this home and keeps it, whoever withdraws.",
    "kept": "Nothing better came free for it; a held offer never worsens.",
    "risen": "It rose, because others withdrew and it was the next to stand there.",
    "got": "It got a home at last, because others withdrew and it was the next in line.",
    "none": "What came free went to applications that stand before it; see each choice.",
}


def reason_of(first: list[str], last: list[str], answer: str | None) -> str:
    """Return the key of the reason that results and answers ask for, read from the files alone."""
    if answer:
        return answer
    if not last[0]:
        return "none"
    if not first[0]:
        return "got"
    return "kept" if first[0] == last[0] else "risen"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a round in which a few of many holders withdraw or settle."""
    base = tmp_path_factory.mktemp("answered")
    folder = base / "round"
    freeze(write_round(base / "in", applicants=200, programmes=20, choices=6, seed=5), folder, None)
    draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    holders = [n for n, row in read_rows(folder / "results.csv").items() if row[0]]
    for answer, start in (("withdrawn", 0), ("settled", 1)):
        lines = "".join(f"{number},{answer}\n" for number in holders[start::8])
        (base / "answers.csv").write_text(f"number,answer\n{lines}")
        rerun_round(folder, base / "answers.csv")
    return folder


def test_a_story_says_why_the_last_step_gave_what_it_gave(answered: Path) -> None:
    first, last = (read_rows(answered / name) for name in ("results.csv", "reruns/2/results.csv"))
    answers: Rows = {}
    for step in (1, 2):
        answers |= read_rows(answered / f"reruns/{step}/answers.csv")
    lines = (answered / "reruns/2/cutoffs.csv").read_text().split()[1:]
    cuts = {tuple(line.split(",")[:2]): line.split(",")[4:] for line in lines}
    frozen, outcome, again = read_result(answered)
    seen: set[str] = set()
    for number, row in first.items():
        story = explain(frozen, outcome, number, again)
        if story.state != "in":
            continue
        assert (story.rerun, story.rerun_home, story.home) == (2, last[number][0], row[0])
        reason = reason_of(row, last[number], answers.get(number, [None])[0])
        english, chinese = tell(story, "en"), tell(story, "zh")
        assert english.count(REASONS[reason]) == 1
        assert len(english) == len(chinese)
        assert not any("with one more home" in line for line in english)
        got = [choice.programme for choice in story.choices if choice.verdict == "got"]
        assert got == ([last[number][0]] if last[number][0] else [])
        for choice in story.choices:
            if choice.verdict == "behind":  # by the cut-offs that count now
                tier, place = map(int, cuts[choice.programme, choice.slot])
                assert (tier, place) == (choice.last_tier, choice.last_place)
                assert (tier, place) < (choice.tier, story.place)
        seen.add(reason)
    assert seen == REASONS.keys()


def test_a_cut_off_of_a_step_is_checked(honest: Path, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    shutil.copytree(honest, folder)
    path = folder / "reruns/2/cutoffs.csv"
    line = next(row for row in path.read_text().split()[1:] if row.split(",")[3] != "0")
    fields = line.split(",")
    fields[3] = str(int(fields[3]) - 1)
    path.write_text(path.read_text().replace(line, ",".join(fields)))
    sign_again(folder)
    (finding,) = check_folder(folder)
    assert (finding.code, finding.file) == ("cut-filled", "reruns/2/cutoffs.csv")
    assert finding.row == ",".join(fields[:2])


def test_a_missing_step_is_told(honest: Path, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    shutil.copytree(honest, folder)
    shutil.rmtree(folder / "reruns/1")
    (finding,) = check_folder(folder)
    assert "does not count 1, 2, 3" in finding.sentence
    assert count_reruns(stages_of(honest)) == 2


def test_half_a_step_is_no_step(honest: Path, tmp_path: Path) -> None:
    """A killed re-run leaves a folder that is not counted; the next one takes its place."""
    folder = tmp_path / "round"
    shutil.copytree(honest, folder)
    aside = tmp_path / ".round.step/new/reruns/3"
    aside.mkdir(parents=True)
    (aside / "answers.csv").write_text("number,ans")
    assert check_folder(folder) == []
    answers = tmp_path / "answers.csv"
    answers.write_text("number,answer\n")
    target, _, _ = rerun_round(folder, answers)
    assert target == folder / "reruns/3"
    assert (target / "results.csv").read_bytes() == (folder / "reruns/2/results.csv").read_bytes()
    assert check_folder(folder) == []
