"""The demonstration's folder: only its own former output is ever replaced."""

from pathlib import Path

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.simulation.market.demo import MARK, prepare


def test_its_own_output_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    prepare(out)
    (out / "20260821").mkdir()
    (out / "20260821" / "day.json").write_text("{}", "utf-8")
    prepare(out)
    assert [path.name for path in out.iterdir()] == [MARK]
    (out / MARK).unlink()
    (out / "thesis.txt").write_text("three years", "utf-8")
    with pytest.raises(InputFault, match="nothing of yours is overwritten"):
        prepare(out)
    assert (out / "thesis.txt").read_text("utf-8") == "three years"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    path.write_text("", "utf-8")
    with pytest.raises(InputFault, match="is a file"):
        prepare(path)
