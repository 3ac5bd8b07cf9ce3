"""The demonstration's folder: only what one made, and nobody changed since, is ever replaced."""

from pathlib import Path

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.simulation.market.demo import (
    MARK,
    UNFINISHED,
    prepare,
    read_mark,
    run_demo,
    write_mark,
)
from huiguan.storage.manifest import sha256_of
from huiguan.storage.market.day_folder import write_manifest

DAY = 20260821


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder with a day that a demonstration made."""
    prepare(tmp_path, DAY, lambda _: None)
    day = tmp_path / str(DAY)
    day.mkdir()
    (day / "day.json").write_text("{}", "utf-8")
    write_manifest(day)
    write_mark(tmp_path, {day.name: sha256_of(day / "MANIFEST")})
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_its_own_day_is_replaced_and_the_reader_s_next_one_stays(out: Path) -> None:
    """The tutorial says: ``huiguan day open demo/20260821``."""
    (out / "20260824").mkdir()
    (out / "20260824" / "opening.json").write_text("{}", "utf-8")
    (out / "my notes").write_text("three hours", "utf-8")
    said: list[str] = []
    prepare(out, DAY, said.append)
    assert names(out) == ["20260824", MARK, "my notes"]
    assert names(out / "20260824") == ["opening.json"]
    assert said == [
        f"{out / str(DAY)}, which an earlier demonstration made, is replaced",
        f"what else is in {out} stays as it is: 20260824, my notes",
    ]
    assert read_mark(out) == {str(DAY): UNFINISHED}


def test_a_killed_demonstration_is_replaced(out: Path) -> None:
    prepare(out, DAY, lambda _: None)
    (out / str(DAY) / "image").mkdir(parents=True)
    prepare(out, DAY, lambda _: None)
    assert names(out) == [MARK]


@pytest.mark.parametrize("name", ["day.json", "versions.json"])
def test_a_day_that_somebody_changed_stays(out: Path, name: str) -> None:
    path = out / str(DAY) / name
    path.write_text("mine", "utf-8")
    for _ in range(2):
        with pytest.raises(InputFault, match="20260821 is not as the demonstration made it"):
            prepare(out, DAY, lambda _: None)
        assert path.read_text("utf-8") == "mine"
        write_manifest(out / str(DAY))


def test_a_day_that_no_demonstration_made_stays(out: Path) -> None:
    """The reader opened the day that is now to be demonstrated."""
    (out / "20260824").mkdir()
    with pytest.raises(InputFault, match="20260824 is not as the demonstration made it"):
        prepare(out, 20260824, lambda _: None)
    assert names(out) == ["20260821", "20260824", MARK]


def test_another_s_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years", "utf-8")
    with pytest.raises(InputFault, match="nothing of yours is overwritten"):
        prepare(tmp_path, DAY, lambda _: None)
    assert names(tmp_path) == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    path.write_text("", "utf-8")
    with pytest.raises(InputFault, match="is a file"):
        run_demo(path, DAY, 1, lambda _: None, lambda _, __: None)
