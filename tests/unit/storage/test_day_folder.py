"""The day folder: settings and tables come back, damage is named, sha256sum agrees."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.day_folder import (
    DayFolder,
    read_table_folder,
    verify_manifest,
    write_manifest,
    write_table_folder,
)

MEMBER = np.dtype([("deposit_fen", "<i8"), ("mode", "<i4")])
SETTINGS = {"trading_day": 20260821, "venue": "上期所", "funds": True}


def members() -> np.ndarray:
    return np.array([(5_000_000_00, 1), (-3, 2)], MEMBER)


@pytest.fixture
def day(tmp_path: Path) -> DayFolder:
    folder = DayFolder(tmp_path / "20260821")
    write_table_folder(folder.image, SETTINGS, {"members": members(), "lots": np.arange(3)})
    write_table_folder(folder.result, {"trading_day": 20260821}, {"members": members()})
    folder.journal.mkdir()
    (folder.journal / "00000001.segment").write_bytes(bytes(100))
    write_manifest(folder.root)
    return folder


def test_settings_and_tables_come_back(day: DayFolder) -> None:
    settings, tables = read_table_folder(day.image)
    assert settings == SETTINGS
    assert np.array_equal(tables["members"], members())
    assert list(tables) == sorted(["members", "lots"])
    assert np.array_equal(np.load(day.image / "members.npy"), members())
    layouts = {"members": MEMBER, "lots": np.dtype("<i8")}
    assert read_table_folder(day.image, layouts).settings == SETTINGS


def test_the_same_day_is_the_same_bytes(day: DayFolder, tmp_path: Path) -> None:
    again = tmp_path / "again" / "image"
    reordered = dict(reversed(SETTINGS.items()))
    write_table_folder(again, reordered, {"lots": np.arange(3), "members": members()})
    for path in day.image.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_tables_of_other_code_are_refused(day: DayFolder) -> None:
    with pytest.raises(CheckFault, match="do not know the same tables: lots"):
        read_table_folder(day.image, {"members": MEMBER})
    wider = np.dtype([*MEMBER.descr, ("right", "<i4")])
    with pytest.raises(CheckFault, match=r"table members .* has other fields"):
        read_table_folder(day.image, {"members": wider, "lots": np.dtype("<i8")})


def test_damage_is_named(day: DayFolder) -> None:
    path = day.image / "members.npy"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"\x7f")
    with pytest.raises(CheckFault, match=r"members\.npy is not the table that was written"):
        read_table_folder(day.image)
    path.unlink()
    with pytest.raises(CheckFault, match=r"members\.npy is missing"):
        read_table_folder(day.image)
    text = (day.image / "image.json").read_text("utf-8")
    for damaged in ("", "[]", "{}", text.replace('"tables"', '"tebles"')):
        (day.image / "image.json").write_text(damaged, "utf-8")
        with pytest.raises(CheckFault, match="is damaged"):
            read_table_folder(day.image)
    newer = text.replace('"format_version": 1', '"format_version": 2')
    (day.image / "image.json").write_text(newer, "utf-8")
    with pytest.raises(CheckFault, match="format version 2"):
        read_table_folder(day.image)
    (day.image / "image.json").unlink()
    with pytest.raises(InputFault, match="no finished folder"):
        read_table_folder(day.image)


def test_sha256sum_agrees_with_the_manifest(day: DayFolder) -> None:
    assert verify_manifest(day.root) == 6
    call = ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST"]
    assert subprocess.run(call, cwd=day.root, check=True, capture_output=True).stdout == b""


def test_the_first_wrong_file_is_named(day: DayFolder) -> None:
    segment = day.journal / "00000001.segment"
    (day.root / "zz").write_bytes(b"")
    with pytest.raises(CheckFault, match="zz is not listed"):
        verify_manifest(day.root)
    segment.write_bytes(bytes(99))
    with pytest.raises(CheckFault, match=r"00000001\.segment is not the file"):
        verify_manifest(day.root)
    (day.image / "lots.npy").unlink()
    with pytest.raises(CheckFault, match=r"lots\.npy is listed in MANIFEST and missing"):
        verify_manifest(day.root)
    (day.root / "MANIFEST").write_text("no manifest\n")
    with pytest.raises(CheckFault, match="line 1, is not a line of sha256sum"):
        verify_manifest(day.root)
    (day.root / "MANIFEST").unlink()
    with pytest.raises(InputFault, match="no MANIFEST"):
        verify_manifest(day.root)
