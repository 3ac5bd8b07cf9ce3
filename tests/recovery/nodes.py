"""Processes whose children carry out commands, to be killed: a node loads everything once.

Each line of its input is a JSON list: ``["start", AT, TOLD, WORD...]`` starts a child, which dies
at its ``AT``-th call that changes a file, or writes how it ended into the file TOLD; the answer is
its process number. ``["wait", PID]`` answers with the exit code of one (a signal is negative).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from huiguan.foundation.faults import Fault
from huiguan.storage.files import Bytes, Files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
NEVER = 10**9


class DeadlyFiles(Files):
    """Kills its process at the n-th call that changes a file; a write may be half done."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def open(self, path: Path, flags: int) -> int:
        self.step()
        return super().open(path, flags)

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        if self.left == 0:
            super().write(file, [bytes(parts[0])[: len(parts[0]) // 2]], offset)
        self.step()
        return super().write(file, parts, offset)

    def flush_folder(self, folder: Path) -> None:
        self.step()
        super().flush_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self.step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)


class Node:
    """A node as its test sees it: ``module`` is run with ``arguments`` in a process of its own."""

    def __init__(self, module: str, arguments: Sequence[object], told: Path) -> None:
        call = [sys.executable, "-m", module, *map(str, arguments)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(call, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        self.told = told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.process as process:
            process.communicate()
        assert process.returncode == 0

    def ask(self, *words: object) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, *words: object, at: int = NEVER, child: int = 1) -> int:
        """Start a child; return its process number."""
        (told := self.told.with_suffix(f".{child}")).write_text("")
        return self.ask("start", at, str(told), *map(str, words))

    def ended(self, pid: int, child: int = 1) -> tuple[int, str]:
        """Wait for a child; return its exit code and what it told."""
        return self.ask("wait", pid), self.told.with_suffix(f".{child}").read_text()


def serve(carry_out: Callable[[Sequence[str], Files], object]) -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        command, *rest = json.loads(line)
        if command == "wait":
            answer = os.waitstatus_to_exitcode(os.waitpid(rest[0], 0)[1])
        else:
            answer = run_child(carry_out, rest[2:], rest[0], Path(rest[1]))
        print(answer, flush=True)  # noqa: T201  the answer


def run_child(
    carry_out: Callable[[Sequence[str], Files], object],
    words: Sequence[str],
    at: int,
    told: Path,
) -> int:
    """Start a child that carries out a command, and dies at its ``at``-th call; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    files = DeadlyFiles(at)
    try:
        carry_out(words, files)
        told.write_text(f"done in {at - files.left} calls")
    except Fault as fault:
        told.write_text(str(fault))
        os._exit(fault.exit_code)
    except BaseException as bug:  # noqa: BLE001  a child must not go on as its parent
        told.write_text(f"{type(bug).__name__}: {bug}")
        os._exit(70)
    os._exit(0)
