"""Each command of homes and rounds ends with the next one, which can be typed as it stands."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app
from huiguan.foundation.faults import InputFault
from huiguan.simulation.city.office import SECRETS
from tests.rounds import write_round
from tests.sheets import workbook_of

REVEALED = [word for name, secret in SECRETS.items() for word in ("--reveal", f"{name}={secret}")]


def run(*words: str) -> str:
    result = CliRunner().invoke(whole_app(), list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def next_of(text: str) -> list[str]:
    """Return the words of the next command, after the name of the program."""
    line = text.splitlines()[-1]
    assert line.startswith("next: huiguan "), text
    return shlex.split(line)[2:]


def test_an_office_is_led_from_step_to_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill = {
        "DATE": "2026-09-01",
        "ROUND": "第一轮",
        "PUBLIC": "公示",
        "PEOPLE": "my office/people.csv",
    }
    words = next_of(
        run("homes", "template", "my office", "--example")
    )  # a blank, as people have it
    said = []
    while words:
        said.append(" ".join(words[:2]) + (" --dry-run" if "--dry-run" in words else ""))
        words = [fill.get(word, word) for word in words]
        if said[-1] == "round draw":
            assert [w for w in words if "SECRET" in w] == [f"{name}=SECRET" for name in SECRETS]
            words = [*words[:3], *REVEALED, "--dice", "314152"]
        text = run(*words)
        if said[-1] == "round release":
            last = shlex.split(text.splitlines()[-1])
            assert last == ["next:", "python3", "公示/verify.py", "公示"]
            break
        words = next_of(text)
    assert said == [
        "homes intake --dry-run",
        "homes intake",
        "round freeze",
        "round draw",
        "round allocate",
        "round check",
        "round release",
    ]
    assert next_of(run("homes", "supply", "my office/estate", "--on", "2026-09-01"))[:2] == [
        "homes",
        "intake",
    ]
    void = next_of(run("round", "void", "第一轮", "--reason", "漏登一栋楼", "--by", "office"))
    assert void == ["round", "freeze", "NEXT", "--from", "INPUT", "--previous", "第一轮"]


def test_a_pledge_is_what_a_draw_takes() -> None:
    text = run("round", "pledge", "notary", "--secret", SECRETS["notary"])
    assert text.splitlines()[:2] == ["[[party]]", 'name = "notary"']
    made = run("round", "pledge", "notary")
    secret = made.splitlines()[0].rpartition(" ")[2]
    assert run("round", "pledge", "notary", "--secret", secret) in made


def test_faults_of_a_table_are_all_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heads = ["application", "person", "received", "sex"]
    rows = [heads, ["1", "P1", "soon", "f"], ["2", "P2", "2026-06-01", "x"]]
    (tmp_path / "people.xlsx").write_bytes(workbook_of(rows))
    call = ["homes", "intake", "people.xlsx", "--on", "2026-09-01", "--out", "input"]
    told = CliRunner().invoke(whole_app(), call)
    assert "people.xlsx: row 2, column received: 'soon' is not a date" in told.output
    assert "people.xlsx: row 3, column sex: 'x' is neither f nor m" in told.output
    assert str(told.exception).startswith("2 faults in people.xlsx, so nothing was taken in;")
    assert not (tmp_path / "input").exists()


def test_counts_of_a_freeze_for_programs(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=30, programmes=4, choices=3, seed=4)
    found = json.loads(
        CliRunner()
        .invoke(
            whole_app(), ["round", "freeze", str(tmp_path / "r"), "--from", str(source), "--json"]
        )
        .stdout
    )
    assert len(found["commitment"]) == 64
    assert sum(found["states"].values()) == 30
    assert found["states"]["in"] == sum(found["tiers"].values())
    assert any("everybody could know" in warning for warning in found["warnings"])


def test_results_by_own_ids_are_for_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("homes", "template", "office", "--example")
    day = ("--on", "2026-09-01", "--estate", "office/estate", "--out", "office/input")
    run("homes", "intake", "office/people.csv", *day)
    run("round", "freeze", "round", "--from", "office/input")
    run("round", "draw", "round", *REVEALED, "--dice", "314152")
    run("round", "allocate", "round")
    rows = json.loads(run("round", "results", "round", "--register", "office/input", "--json"))
    assert [row["application"] for row in rows] == [f"2026-{n:04d}" for n in range(1, 21)]
    without = json.loads(run("round", "results", "round", "--json"))
    assert {row["application"] for row in without} == {""}
    refused = run("round", "explain", "round", "000000087")
    assert next_of(refused) == ["homes", "explain", "INPUT", "000000087"]
    whole = run("round", "explain", "round", "2026-0008", "--register", "office/input")
    assert "30.00 m2 for 2 is not below 15 m2 a head" in whole
    with pytest.raises(InputFault, match="no application of this intake has the own id"):
        run("round", "explain", "round", "nobody", "--register", "office/input")


def test_answers_may_come_as_a_spreadsheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("homes", "template", "office", "--example")
    day = ("--on", "2026-09-01", "--estate", "office/estate", "--out", "office/input")
    run("homes", "intake", "office/people.csv", *day)
    run("round", "freeze", "round", "--from", "office/input")
    run("round", "draw", "round", *REVEALED, "--dice", "314152")
    run("round", "allocate", "round")
    rows = json.loads(run("round", "results", "round", "--json"))
    holder = next(row["number"] for row in rows if row["programme"])
    (tmp_path / "answers.xlsx").write_bytes(
        workbook_of([["answer", "number"], ["withdrawn", holder]])
    )
    assert "answers.xlsx: read as a spreadsheet" in run(
        "round", "allocate", "round", "--answers", "answers.xlsx"
    )
    story = run("round", "explain", "round", holder)
    assert "It withdrew, so it holds no home and waits for none." in story
