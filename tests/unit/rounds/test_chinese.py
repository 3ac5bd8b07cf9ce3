"""A round may be in Chinese: its name, its programmes, policies and claims; nothing else may.

Two writings of one name, and letters that only look alike, are still refused.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.check.rows import check_frozen
from huiguan.housing.round.draw import ticket_prefix
from huiguan.housing.verify import verify
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes.round_folder import list_of, read_frozen
from tests.rounds import SIGNATURE, write_round

NAME = "闵行马桥“新时代”2026年第一轮（试点）"


def in_chinese(folder: Path) -> Path:
    """Write a round whose names are Chinese, in a folder whose name is."""
    source = write_round(folder / "输入", applicants=60, programmes=6, choices=4, seed=2)
    for path in [*source.glob("*.csv"), *source.rglob("*.toml")]:
        text = path.read_text("utf-8").replace("estate-2026-09", NAME)
        text = re.sub(r"\bP0000(\d)\b", r"马桥\g<1>号楼", text)
        text = text.replace("standard", "通用").replace("veteran", "退役军人")
        path.write_text(text.replace("repair", "维修，待验收"), "utf-8")
    return source


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    folder = tmp_path / "第一轮"
    freeze(in_chinese(tmp_path), folder, None)
    draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    return folder


def test_a_chinese_round_from_freeze_to_release(drawn: Path, tmp_path: Path) -> None:
    assert check_folder(drawn) == []
    assert verify(drawn)[1] == []
    assert f'round = "{NAME}"' in (drawn / "round.toml").read_text("utf-8")
    names = [line.split(",")[0] for line in (drawn / "programmes.csv").read_text("utf-8").split()]
    assert names[1:] == [f"马桥{n}号楼" for n in range(6)]
    holder = next(
        line.split(",")[0]
        for line in (drawn / "results.csv").read_text("utf-8").split()[1:]
        if line.split(",")[1]
    )
    (tmp_path / "answers.csv").write_text(f"number,answer\n{holder},withdrawn\n")
    rerun_round(drawn, tmp_path / "answers.csv")
    void_round(drawn, "漏登一栋楼", "闵行区住房保障中心")
    assert check_folder(drawn) == []
    release_round(drawn, tmp_path / "公示")
    for folder in (drawn, tmp_path / "公示"):
        program = folder / "verify.py"
        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", program, folder], capture_output=True, check=True
        )
        assert "VOID 漏登一栋楼 (declared by 闵行区住房保障中心)" in done.stdout.decode()
        plain = subprocess.run(  # a terminal without Chinese letters
            [sys.executable, program, folder],
            capture_output=True,
            check=True,
            env={"PYTHONIOENCODING": "ascii"},
        )
        assert b"PROVED" in plain.stdout


def test_tickets_are_of_lines_in_utf_8() -> None:
    """Printf and sha256sum in a UTF-8 terminal give the same bytes."""
    prefix = ticket_prefix("马桥", "a" * 64, "b" * 64)
    assert prefix.split(b"\n")[1] == b"\xe9\xa9\xac\xe6\xa1\xa5"  # U+9A6C U+6865


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("programmes.csv", "马桥0号楼", "马桥０号楼"),  # a wide digit
        ("programmes.csv", "马桥0号楼", "马\u200b桥0号楼"),  # of no width
        (
            "programmes.csv",
            "马桥0号楼",
            "馬\uf9d10号楼",
        ),  # a compatibility form of a usual character
        ("programmes.csv", "马桥0号楼", "马桥0号楼é"),
        ("programmes.csv", "马桥0号楼", "马桥0号楼，"),  # a sign in a name
        ("round.toml", "闵行", "闵\u200b行"),
        ("round.toml", "闵行", "Мinhang"),  # a Cyrillic letter
    ],
)
def test_a_second_spelling_is_refused_at_the_freeze_and_by_both_checkers(
    drawn: Path, tmp_path: Path, name: str, old: str, new: str
) -> None:
    source = in_chinese(tmp_path / "again")
    for path in [*source.glob("*.csv"), *source.glob("*.toml")]:
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(InputFault):
        freeze(source, tmp_path / "refused", None)
    path = drawn / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    sign(drawn)
    assert check_folder(drawn)
    assert verify(drawn)[1]


def sign(folder: Path) -> None:
    """Make the manifest fit what stands there."""
    listed = [line[66:] for line in (folder / "MANIFEST").read_text("ascii").splitlines()]
    (folder / "MANIFEST").write_bytes(list_of({n: (folder / n).read_bytes() for n in listed}))


def test_an_older_format_has_no_chinese_in_it(drawn: Path) -> None:
    head = drawn / "round.toml"
    head.write_text(head.read_text("utf-8").replace("format = 3", "format = 2"), "utf-8")
    sign(drawn)
    assert any("format 3" in found.sentence for found in check_frozen(read_frozen(drawn)))
    assert any("not ASCII" in finding for finding in verify(drawn)[1])


def test_bytes_that_are_no_text_are_one_finding(drawn: Path) -> None:
    path = drawn / "programmes.csv"
    path.write_bytes(path.read_bytes().replace("号".encode(), b"\xe5\x8f", 1))
    sign(drawn)
    (finding,) = check_folder(drawn)
    assert "line 2 has a character outside ASCII and Chinese" in finding.sentence
    assert any("line 2 does not have the form" in line for line in verify(drawn)[1])


def test_a_declaration_is_in_one_script_or_the_other(drawn: Path) -> None:
    with pytest.raises(InputFault, match="ASCII or Chinese"):
        void_round(drawn, "a café was forgotten", "office")
    with pytest.raises((InputFault, CheckFault)):
        void_round(drawn, 'a "house" was forgotten', "office")
