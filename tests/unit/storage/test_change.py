"""Several files changed in one step: at every call that dies, the old state or the new one."""

from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.change import (
    CHANGE,
    Change,
    aside,
    files_of,
    finish_change,
    finish_held_change,
    is_content,
    make_change,
)
from huiguan.storage.files import write_file
from huiguan.storage.lock import LOCK, hold
from tests.dying_files import FilesThatDie, Killed

WHOLE = Change(["result", "MANIFEST"], {"result": "versions/close-1/result"})
OLD = {"result/a": b"old", "MANIFEST": b"of old", "image": b"stays"}
NEW_STATE = {
    "result/a": b"new",
    "MANIFEST": b"of new",
    "image": b"stays",
    "versions/close-1/result/a": b"old",
}


def content(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in files_of(root) if is_content(name)}


def change(root: Path, files: FilesThatDie) -> None:
    folder = aside(root / "result")
    write_file(folder / "a", [b"new"], files)
    write_file(aside(root / "MANIFEST"), [b"of new"], files)
    after = WHOLE.after(files_of(root))
    assert {name: (root / place).read_bytes() for name, place in after.items()} == NEW_STATE
    make_change(root, WHOLE, files)


def old(root: Path) -> Path:
    for name, data in OLD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_a_death_at_every_call_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    counting = FilesThatDie(10**9)
    change(old(tmp_path / "whole"), counting)
    assert content(tmp_path / "whole") == NEW_STATE
    calls = 10**9 - counting.left
    made = []
    for number in range(calls):
        root = old(tmp_path / f"killed{number}")
        with pytest.raises(Killed):
            change(root, FilesThatDie(number))
        made.append(finish_change(root))
        changed = any(made)  # the last deaths leave nothing to finish
        assert content(root) == (NEW_STATE if changed else OLD), number
        assert not (root / CHANGE).exists()
        if not changed:
            change(root, FilesThatDie(10**9))
            assert content(root) == NEW_STATE
    assert made.count(False) > 10
    assert made.count(True) > 5


def test_finishing_dies_and_is_finished(tmp_path: Path) -> None:
    deaths = 0
    for number in range(10):
        root = old(tmp_path / str(number))
        write_file(aside(root / "result") / "a", [b"new"], FilesThatDie(10**9))
        write_file(aside(root / "MANIFEST"), [b"of new"], FilesThatDie(10**9))
        (root / "versions" / "close-1").mkdir(parents=True)
        with pytest.raises(Killed):
            make_change(root, WHOLE, FilesThatDie(3))  # behind the rename to CHANGE
        try:
            finish_held_change(root, FilesThatDie(number))
        except Killed:
            deaths += 1
        finish_change(root)
        assert content(root) == NEW_STATE
        assert not finish_change(root)
    assert 5 < deaths < 10


def test_who_writes_is_not_disturbed(tmp_path: Path) -> None:
    (tmp_path / CHANGE).write_text('{"new": []}')
    with hold(tmp_path, "day close"):
        with pytest.raises(InputFault, match="huiguan day close"):
            finish_change(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == [CHANGE, LOCK]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"new": ["../x"]}', '{"new": [], "kept": {"a": "/b"}}']
)
def test_a_damaged_change_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / CHANGE).write_text(text)
    with pytest.raises(CheckFault, match="CHANGE is damaged"):
        finish_change(tmp_path)
