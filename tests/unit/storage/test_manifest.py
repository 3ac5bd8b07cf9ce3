"""Lists of files: one spelling, and every other is named with its line."""

import subprocess
from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault
from huiguan.storage.manifest import hash_files, manifest_bytes, parse_manifest

# SHA-256 of nothing and of "abc" (FIPS 180-4, worked examples)
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
ONE, TWO = f"{ABC}  a/one\n".encode(), f"{NOTHING}  two words\n".encode()


def test_files_are_hashed_and_listed_as_sha256sum_does(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one").write_bytes(b"abc")
    (tmp_path / "two words").touch()
    assert hash_files([tmp_path / name for name in ("a/one", "two words", "none")]) == [
        *(ABC, NOTHING, "")
    ]
    data = manifest_bytes({"two words": NOTHING, "a/one": ABC})
    assert data == ONE + TWO
    assert parse_manifest(data, "LIST") == {"a/one": ABC, "two words": NOTHING}
    call = ["sha256sum", "--check", "--strict", "--quiet"]
    subprocess.run(call, input=data, cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (TWO + ONE, 2),  # order
        (ONE + ONE, 2),  # a name twice
        (ONE + TWO[:-1], 2),  # cut
        (ONE.replace(b"\n", b"\r\n"), 1),
        (b"\n" + ONE, 1),
        (ONE.replace(b"  ", b" *"), 1),
        (ONE.upper(), 1),
        (ABC.encode() + b"  \xff\n", 1),
        (f"{ABC}  a\\nb\n".encode(), 1),
    ],
)
def test_another_spelling_is_refused_with_its_line(data: bytes, number: int) -> None:
    with pytest.raises(CheckFault, match=f"LIST, line {number}, is not a line of sha256sum"):
        parse_manifest(data, "LIST")


@pytest.mark.parametrize("name", ["/etc/passwd", "../one", "a/../../one", "a//one", "./one"])
def test_a_list_names_places_of_its_folder_only(name: str) -> None:
    with pytest.raises(CheckFault, match=r"LIST, line 1: .* is no place in the folder it lists"):
        parse_manifest(f"{ABC}  {name}\n".encode(), "LIST")
