"""The programs of a round: one file each, put together from parts, running alone anywhere."""

import ast
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from huiguan.housing.verify import verify
from huiguan.rounds.check import check_folder
from huiguan.storage.homes.programs import PARTS, program_bytes

FORMAT_1 = Path(__file__).parent / "format1/round"  # frozen, drawn and run again before format 2


def pythons() -> list[str]:
    """Return this Python, and those of other versions that are there and run."""
    there = [p for n in (11, 12, 13) if (p := shutil.which(f"python3.{n}"))]
    runs = [p for p in there if not subprocess.run([p, "-V"], check=False, env={}).returncode]
    return [sys.executable, *runs]


def run(python: str, program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program without packages, paths or environment."""
    call = [python, "-I", "-S", str(program), str(folder)]
    return subprocess.run(call, capture_output=True, text=True, check=False, env={}, timeout=120)


@pytest.mark.parametrize("name", PARTS)
def test_a_program_is_one_file_of_the_standard_library(name: str) -> None:
    tree = ast.parse(program_bytes(name))
    assert program_bytes(name).startswith(b'"""Prove ')
    imported = [n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)]
    imported += [str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {module.partition(".")[0] for module in imported} <= sys.stdlib_module_names
    named: Counter[str] = Counter()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named[node.name] += 1
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named.update(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
    assert {n for n, times in named.items() if times > 1} == set()  # parts share no name
    assert "main" in named


@pytest.mark.parametrize("python", pythons())
def test_programs_run_alone_and_prove_a_round_of_before(python: str, tmp_path: Path) -> None:
    for name in PARTS:
        (tmp_path / name).write_bytes(program_bytes(name))
    done = run(python, tmp_path / "verify.py", FORMAT_1)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "commitment 53ce06e779baa3de65b2bbfa3bde67a7c7b9f53cbd7176fac8d87e8e51d9993c"
    )
    assert "public value (drand quicknet, round 1000)" in lines[1]
    assert "allocation repeated from the sealed files, re-runs 1 to 1" in lines[1]
    assert any("round 1000 of the beacon came on 2023-08-23" in line for line in lines[2:])
    done = run(python, tmp_path / "verify_beacon.py", FORMAT_1)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "PROVED the signature of quicknet round 1000, and the public value from it\n"
    )


def test_a_round_of_before_is_still_checked_and_still_told(tmp_path: Path) -> None:
    assert check_folder(FORMAT_1) == []
    assert verify(FORMAT_1)[1] == []
    folder = tmp_path / "round"
    for change in ("# a remark\n", "[[policy]]\n", "color = 1\n", "x = [[[[\n"):
        shutil.copytree(FORMAT_1, folder)
        path = folder / "rules/policies.toml"
        path.write_text(path.read_text() + change)
        assert check_folder(folder)
        assert verify(folder)[1]
        shutil.rmtree(folder)


def test_a_forged_signature_is_wrong_and_an_undrawn_round_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "round"
    shutil.copytree(FORMAT_1, folder)
    program = tmp_path / "verify_beacon.py"
    program.write_bytes(program_bytes("verify_beacon.py"))
    path = folder / "draw.toml"
    good = path.read_text()
    for old, new, line in (
        ('signature = "b4', 'signature = "84', "WRONG  no signature of quicknet round 1000\n"),
        ('value = "', 'value = "0', "WRONG  the public value is not the hash of the signature\n"),
    ):
        path.write_text(good.replace(old, new))
        done = run(sys.executable, program, folder)
        assert (done.returncode, done.stdout) == (1, line)
    path.unlink()
    done = run(sys.executable, program, folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_a_manifest_is_one_line(tmp_path: Path) -> None:
    program = tmp_path / "verify.py"
    program.write_bytes(program_bytes("verify.py"))
    for folder in (tmp_path, tmp_path / "none", program, Path("/dev/null")):
        done = run(sys.executable, program, folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
