"""The commands of README, tutorials and guides run as written, in order, in a folder of their own.

Every ``sh`` block is run by a shell that stops at the first failure. A ``console`` block has a
command behind each ``$ `` and what it prints below it; ``...`` stands for anything, and a line
``# exit code N`` for a command that ends otherwise than with 0. Every page starts from what the
demo of the README has made. A block that nobody can run here says ``no-run`` and, in parentheses,
why: those are counted.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"no-run \((?P<why>.+)\)")
EXIT_CODE = re.compile(r"# exit code (?P<code>\d+)")
COMPILER = ("NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK")
MOST_NOT_RUN = 19  # nine of them a hall, which runs until it is stopped; two ask for passwords


class Block(NamedTuple):
    """A shell block of a page."""

    page: Path
    line: int  # of its first command
    language: str  # sh or console
    words: str  # behind the language
    text: str


class Call(NamedTuple):
    """One command of a ``console`` block: how it ends, what it shows (none: nothing is said)."""

    command: str
    exit_code: int
    shown: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the shell blocks of a page in order."""
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        language, _, words = found["info"].partition(" ")
        if language in {"sh", "console"}:
            line = text.count("\n", 0, found.start("text")) + 1
            yield Block(page, line, language, words.strip(), found["text"])


def calls(text: str) -> list[Call]:
    """Return the commands of a ``console`` block."""
    found = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        last = shown.rstrip("\n").rpartition("\n")[2]
        ends = EXIT_CODE.fullmatch(last)
        if ends:
            shown = shown.rstrip("\n").removesuffix(last)
        found.append(Call(command, int(ends["code"]) if ends else 0, shown.rstrip("\n")))
    return found


def pattern(shown: str) -> re.Pattern[str]:
    """Return what an output must hold: the lines shown, with anything for an ellipsis."""
    lines = [re.escape(line.rstrip()).replace(r"\.\.\.", ".*") for line in shown.splitlines()]
    joined = "\n".join(lines).replace("\n.*\n", "\n(?:.*\n)*")
    return re.compile(rf"^{joined}$", re.MULTILINE)


class Room:
    """A folder in which a page runs, with the commands a reader has."""

    def __init__(self, folder: Path) -> None:
        """Give the reader a clone whose environment is set up."""
        self.folder = folder
        tools = folder / ".venv" / "bin"
        tools.mkdir(parents=True)
        program = f'#!/bin/sh\nexec "{sys.executable}" -m huiguan "$@"\n'
        (tools / "huiguan").write_text(program, "utf-8")
        (tools / "huiguan").chmod(0o755)
        (tools / "activate").write_text("", "utf-8")
        (folder / "src").symlink_to(ROOT / "src")
        kept = {name: value for name, value in os.environ.items() if name not in COMPILER}
        self.environment = kept | {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "COLUMNS": "120",
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``make demo`` fills: made once, however many processes test."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "documented"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "room" / "done").exists():
            shutil.rmtree(shared / "room", ignore_errors=True)
            done = Room(shared / "room").run("huiguan demo --out demo")
            assert done.returncode == 0, done.stderr
            (shared / "room" / "done").write_text("", "utf-8")
    return shared / "room" / "demo"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_runs_as_written(page: Path, demo: Path, tmp_path: Path) -> None:
    room = Room(tmp_path)
    shutil.copytree(demo, tmp_path / "demo")
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}, line {block.line}"
        if NOT_RUN.fullmatch(block.words):
            continue
        assert not block.words, f"{where}: {block.words!r} is no word of a block"
        if block.language == "sh":
            done = room.run(block.text)
            assert done.returncode == 0, (
                f"{where}\n{block.text}\n{done.stdout[-2000:]}{done.stderr}"
            )
            continue
        for call in calls(block.text):
            done = room.run(call.command)
            told = f"{where}: {call.command}\n{done.stdout}\n{done.stderr}"
            assert done.returncode == call.exit_code, told
            out = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
            assert not call.shown or pattern(call.shown).search(out), f"{told}\n\n{call.shown}"


def test_what_is_not_run_says_why(record_property: Callable[[str, object], None]) -> None:
    every = [block for page in PAGES for block in blocks(page)]
    skipped = [block for block in every if block.words]
    told = [f"{block.page.name}, line {block.line}: {block.words}" for block in skipped]
    assert all(NOT_RUN.fullmatch(block.words) for block in skipped), told
    assert len(skipped) <= MOST_NOT_RUN < len(every) / 3
    record_property("shell blocks that are not run", "\n".join(told))


def test_no_command_hides_in_another_kind_of_block() -> None:
    """A block without a language, or of text, is not run: a command there would never be tried."""
    for page in PAGES:
        for found in FENCE.finditer(page.read_text("utf-8")):
            if found["info"].partition(" ")[0] not in {"sh", "console"}:
                assert not re.search(r"^(\$ )?huiguan ", found["text"], re.MULTILINE), page


def test_the_runner_tells_a_wrong_page(tmp_path: Path) -> None:
    room = Room(tmp_path)
    assert room.run("false\ntrue").returncode != 0
    (call, other) = calls("$ echo one two\none ...\n$ false\n# exit code 1\n")
    assert call == Call("echo one two", 0, "one ...")
    assert other == Call("false", 1, "")
    assert pattern("one ...\n...\nlast").search("zero\none two\nx\ny\nlast")
    assert not pattern("one ...").search("zero one two")
    assert not pattern("one\ntwo").search("one\nthree\ntwo")
