"""The day folder and its list of files: sha256sum agrees, the first wrong file is named."""

import subprocess
from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.day_folder import (
    DayFolder,
    verify_manifest,
    write_manifest,
)


@pytest.fixture
def day(tmp_path: Path) -> DayFolder:
    folder = DayFolder(tmp_path / "20260821")
    for path in ("image/image.json", "image/lots.npy", "result/result.json"):
        (folder.root / path).parent.mkdir(parents=True, exist_ok=True)
        (folder.root / path).write_text(path)
    folder.journal.mkdir()
    (folder.journal / "00000001.segment").write_bytes(bytes(100))
    write_manifest(folder.root)
    return folder


def test_sha256sum_agrees_with_the_manifest(day: DayFolder) -> None:
    assert verify_manifest(day.root) == 4
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
