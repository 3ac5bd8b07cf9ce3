"""One writer a folder: the second is told who holds it; a killed holder holds nobody up."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.storage.lock import LOCK, hold, holder

HOLDER = """
import sys
from pathlib import Path
from huiguan.storage.lock import hold
with hold(Path(sys.argv[1]), "day close"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(folder: Path) -> "subprocess.Popen[str]":
    """Start a process that holds the folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    with holding(tmp_path) as first:
        who = rf"process {first.pid}, huiguan day close, since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d "
        with pytest.raises(InputFault, match=who), hold(tmp_path, "day open"):
            pass
        first.communicate()
    assert first.returncode == 0
    with hold(tmp_path, "day open"):
        assert (tmp_path / LOCK).read_text() == f"process {os.getpid()}, huiguan day open\n"
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_holds_nobody_up(tmp_path: Path) -> None:
    with holding(tmp_path) as first:
        first.send_signal(signal.SIGKILL)
    assert (tmp_path / LOCK).exists()
    with hold(tmp_path, "day open"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_two_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    with hold(tmp_path, "simulate"), pytest.raises(InputFault, match="huiguan simulate, since"):
        hold(tmp_path, "day close").__enter__()


def test_a_folder_made_for_the_lock_goes_with_it(tmp_path: Path) -> None:
    with hold(tmp_path / "new" / "day", "simulate"):
        assert (tmp_path / "new" / "day" / LOCK).exists()
    assert not (tmp_path / "new" / "day").exists()
    with hold(tmp_path / "new" / "day", "simulate"):
        (tmp_path / "new" / "day" / "image").mkdir()
    assert [path.name for path in (tmp_path / "new" / "day").iterdir()] == ["image"]


def test_what_cannot_be_locked_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputFault, match="can not be locked"), hold(tmp_path / "file", "simulate"):
        pass


def test_a_lock_without_a_name_is_told_too(tmp_path: Path) -> None:
    file = os.open(tmp_path / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        with (
            pytest.raises(InputFault, match="by a process that does not say its name"),
            hold(tmp_path, "day open"),
        ):
            pass
        assert holder(tmp_path) == "another process"
    finally:
        os.close(file)
    assert holder(tmp_path) is None
    with hold(tmp_path, "day open"):
        assert str(holder(tmp_path)).startswith(f"process {os.getpid()}, huiguan day open, since")


def test_a_folder_that_its_last_holder_takes_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the folder and opening the lock in it, whoever held it is just going."""
    folder, opened, gone = tmp_path / "round", os.open, []

    def late(path: Path, *rest: int) -> int:
        if path == folder / LOCK and not gone:
            gone.append(folder.rmdir())
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", late)
    with hold(folder, "round freeze"):
        assert (folder / LOCK).exists()
    assert gone
    assert not folder.exists()


def test_what_is_no_folder_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link", "file/below"):
        with pytest.raises(InputFault, match="can not be locked"), hold(tmp_path / name, "day run"):
            pass
