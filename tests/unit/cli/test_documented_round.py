"""The guide to a round, command after command as it is written, in a folder of its own."""

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how-to/run-a-housing-round.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def calls() -> list[list[str]]:
    """Return the words of every command of the round; its leases run with the other pages."""
    round_, found, _ = PAGE.read_text("utf-8").partition("\nLeases and their money")
    assert found
    text = "\n".join(BLOCK.findall(round_))
    return [shlex.split(line.removeprefix("$ ")) for line in text.splitlines() if line]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(words: list[str]) -> str:
    """Run a command of the page as a shell would."""
    program, *rest = words
    if program == "python3":
        done = subprocess.run(
            [sys.executable, *rest], capture_output=True, text=True, check=True, encoding="utf-8"
        )
        return done.stdout
    assert program == "huiguan"
    result = CliRunner().invoke(whole_app(), rest, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_guide_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    office = tmp_path / "office"
    told = {}
    for words in calls():
        if "--answers" in words:  # the office writes it: who holds a flat withdraws
            results = read(office / "results.csv")
            holder = next(r["number"] for r in results if r["programme"] == "MQ-01.small")
            (office / "answers.csv").write_text(f"number,answer\n{holder},withdrawn\n")
        told[" ".join(words)] = run(words)
    said = {call.split(" office")[0]: text for call, text in told.items()}
    assert "20 applications on 2026-09-01: 16 in, 3 refused, 1 void" in said["huiguan homes intake"]
    assert "floor area" in told["huiguan homes explain office/input 2026-0008"]
    assert "无法判断" in told["huiguan homes explain office/input 2026-0004 --lang zh"]
    assert "programmes" in said["huiguan round freeze"]
    assert "no finding" in said["huiguan round check"]
    assert said["python3"].count("PROVED") >= 1
    assert "已作废" not in said["huiguan round explain"]
    rows = read(office / "results.csv")
    assert len(rows) == 20
    assert {row["application"] for row in rows} == {f"2026-{n:04d}" for n in range(1, 21)}
    public = b"".join(p.read_bytes() for p in (office / "public").rglob("*") if p.is_file())
    private = [*(row["application"] for row in rows), *(row["persons"].split()[0] for row in rows)]
    assert not any(own_id.encode() in public for own_id in private if len(own_id) > 3)
    for call, text in told.items():
        if not call.startswith(("python3", "huiguan homes rules", "huiguan round pledge")):
            quiet = ("homes explain", "round explain", "homes units", "round results")
            assert ("next: " in text) != any(word in call for word in quiet), call
