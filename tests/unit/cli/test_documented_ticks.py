"""The guide to recorded ticks, command after command as it is written, in a folder of its own."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app

PAGE = Path(__file__).parents[3] / "docs/how-to/trade-against-recorded-ticks.md"
STEP = re.compile(
    r"cat > (?P<file>\S+) <<'ROWS'\n(?P<rows>.*?)ROWS\n|(?P<call>[^\n]+)\n", re.DOTALL
)


def test_the_guide_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = {}
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        for step in STEP.finditer(block):
            if step["file"]:
                Path(step["file"]).write_text(step["rows"], encoding="utf-8")
            elif step["call"].startswith("huiguan "):
                words = shlex.split(step["call"])[1:]
                done = CliRunner().invoke(whole_app(), words, catch_exceptions=False)
                assert done.exit_code == 0, done.output
                told[" ".join(words[:3])] = done.output
            else:
                subprocess.run(["sh", "-c", step["call"]], check=True, env=dict(os.environ))
    assert "4 ticks of cu2610; levels a side: 1" in told["import ticks ticks.csv"]
    # 3 + 2 recorded lots, the client's 2 and its 1: four trades, as one trade has one buy and sell
    assert "2 rows sent, 4 trades" in told["day run market/20260821"]
    assert "refused" not in told["day run market/20260821"]
    orders = told["orders market/20260821 000110000001"]
    bought = next(line for line in orders.splitlines() if "09:00:02.000" in line)
    assert bought.split()[4:8] == ["buy", "open", "106890", "2"]  # by the tick of 09:00:02
    assert "1 rows sent, 3 trades" in told["day run recorded"]  # recorded 3 + 1, and the client's 2
    crowd = re.search(r"0 rows sent, ([0-9,]+) trades", told["day run days/next"])
    assert crowd
    assert int(crowd[1].replace(",", "")) > 100
    assert "closed: days/next" in told["day close days/next"]
