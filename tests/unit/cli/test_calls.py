"""A call that is wrong gets one sentence on stderr, the way to its help, and exit code 2."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from huiguan.cli import main

CALLS = (
    ("nosuch", "no such command 'nosuch'; see `huiguan --help`"),
    ("rules shwo", "no such command 'shwo', did you mean 'show'; see `huiguan rules --help`"),
    ("day verify", "missing argument 'DIR'; see `huiguan day verify --help`"),
    ("rules show cu --on", "option '--on' requires an argument; see `huiguan rules show --help`"),
    ("rules show cu --at x", "no such option: --at; see `huiguan rules show --help`"),
    (
        "simulate --out x --days two",
        "invalid value for '--days': it must be a valid integer; see `huiguan simulate --help`",
    ),
    (
        "replay a --trades b --price-rule c",
        "invalid value for '--price-rule': 'c' is not one of 'resting', 'middle'; see `huiguan replay --help`",  # noqa: E501
    ),
)


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run ``huiguan``; return exit code, stdout, stderr."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["huiguan", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize(("words", "sentence"), CALLS, ids=[words for words, _ in CALLS])
def test_a_wrong_call(words: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, *words.split()) == (2, "", f"huiguan: {sentence}\n")


def test_help_is_no_fault_and_a_group_alone_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "rules", "--help")
    assert (code, err) == (0, "")
    assert "check" in out
    code, out, err = call(capsys, "rules")
    assert (code, err) == (2, "")
    assert "check" in out


def test_a_folder_of_days_names_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("20260824", "20260821"):
        (tmp_path / name / "image").mkdir(parents=True)
    said = f"huiguan: {tmp_path} is no trading day, but holds 2; name one: {tmp_path}/20260821\n"
    for words in (["day", "verify"], ["day", "close"], ["journal", "check"], ["journal", "show"]):
        assert call(capsys, *words, str(tmp_path)) == (2, "", said)
    assert call(capsys, "explain", str(tmp_path), "--command", "1") == (2, "", said)
    code, _, err = call(capsys, "day", "verify", str(tmp_path / "none"))
    assert (code, err.count("\n")) == (2, 1)
    assert "does not exist" in err
    code, _, err = call(capsys, "day", "verify", str(tmp_path / "20260821" / "image"))
    assert (code, err.count("\n")) == (2, 1)
    assert "holds no image and no journal" in err


def test_the_version_is_told_by_command_and_by_module() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "huiguan", "--version"], capture_output=True, text=True, check=True
    )
    assert told.stdout == f"huiguan {metadata.version('huiguan')}\n"
