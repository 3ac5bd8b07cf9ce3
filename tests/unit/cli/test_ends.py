"""How every command ends: one sentence and an exit code, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HUIGUAN = (sys.executable, "-c", "from huiguan.cli import main; main()")
RULES = (*HUIGUAN, "rules", "show", "cu", "--on", "2026-08-21")


def test_a_full_disk_is_one_sentence() -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("this system has no /dev/full")
    with device.open("wb") as full:
        done = subprocess.run(RULES, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"huiguan: the output: No space left on device\n"


def test_a_closed_pipe_ends_a_command_quietly() -> None:
    with subprocess.Popen(RULES, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as show:
        assert show.stdout is not None
        assert show.stderr is not None
        show.stdout.close()
        assert show.stderr.read() == b""


def test_a_fault_of_the_program_is_a_sentence_and_on_request_a_traceback() -> None:
    program = """
from huiguan import cli
@cli.app.command()
def broken():
    raise KeyError("x")
cli.main()
"""
    broken = (
        sys.executable,
        "-c",
        program,
        "broken",
    )
    plain = {name: value for name, value in os.environ.items() if name != "HUIGUAN_TRACEBACK"}
    for asked in (False, True):
        told = plain | ({"HUIGUAN_TRACEBACK": "1"} if asked else {})
        done = subprocess.run(broken, capture_output=True, env=told, check=False)
        assert done.returncode == 2
        assert b"KeyError: 'x'" in done.stderr
        assert (b"Traceback" in done.stderr) == asked
