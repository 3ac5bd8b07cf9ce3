"""What `huiguan up` does with a process beside the floor that stops."""

from pathlib import Path
from typing import Any

import pytest

from huiguan.cli.hall import up


class Fallen:
    """A process that ended with a code."""

    def __init__(self, code: int) -> None:
        self.code = code

    def poll(self) -> int:
        return self.code


def beside(monkeypatch: pytest.MonkeyPatch, code: int) -> tuple[up.Beside, list[str], list[str]]:
    started: list[str] = []
    said: list[str] = []

    def start(command: str, _: Path) -> Any:
        started.append(command)
        return Fallen(code)

    monkeypatch.setattr(up, "start", start)
    monkeypatch.setattr(up, "say", said.append)
    monkeypatch.setattr(up.time, "monotonic", lambda: 0.0)
    return up.Beside("crowd", Path("hall")), started, said


def test_what_falls_again_and_again_is_started_ever_later_and_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One start, 7 more after 3 + 6 + 12 + 24 + 48 + 96 + 192 = 381 s, then one in 300 s."""
    process, started, said = beside(monkeypatch, 1)
    for now in range(3600):
        process.look_after(float(now))
    assert said == ["up: the crowd stopped; it is started again"]
    assert len(started) == 1 + 7 + (3600 - 381) // 301  # a fall is seen a second later


def test_what_was_refused_for_good_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    process, started, said = beside(monkeypatch, 2)
    for now in range(600):
        process.look_after(float(now))
    assert len(started) == len(said) == 1
    assert process.is_left
