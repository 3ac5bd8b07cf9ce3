"""A round from input to proof: canonical bytes, refusals, attempts, what the public gets."""

import subprocess
import sys
from pathlib import Path

import pytest

import huiguan
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.draw import commit_secret
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import copy_public, release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes.round_folder import commitment_of, read_frozen
from tests.rounds import SIGNATURE, listed_bytes, write_round


def run_round(folder: Path, source: Path) -> Path:
    freeze(source, folder, None)
    draw_round(folder, SIGNATURE, {}, "")
    allocate_round(folder)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_round(tmp_path / "in", applicants=120, programmes=9, choices=4, seed=1)


def verify(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run the copied ``verify.py`` alone: no package, no environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *flags, str(folder / "verify.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )


def test_a_round_is_proved_with_and_without_its_sealed_files(tmp_path: Path, source: Path) -> None:
    folder = run_round(tmp_path / "round", source)
    assert check_folder(folder) == []
    whole = verify(folder)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "allocation repeated" in whole.stdout
    names = release_round(folder, tmp_path / "public")
    assert not set(names) & {"choices.csv", "facts.csv"}
    public = verify(tmp_path / "public")
    assert public.returncode == 0
    assert "allocation repeated" not in public.stdout
    assert "results agree with cut-offs" in public.stdout


def test_the_order_of_input_rows_changes_no_byte(tmp_path: Path, source: Path) -> None:
    first = run_round(tmp_path / "first", source)
    for path in source.glob("*.csv"):
        header, *rows = path.read_text().splitlines(keepends=True)
        path.write_text(header + "".join(reversed(rows)))
    second = run_round(tmp_path / "second", source)
    for path in sorted(first.rglob("*.*")):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes(), path.name


def test_hash_seeds_change_no_byte(tmp_path: Path, source: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from huiguan.rounds.freeze import freeze;"
        "from huiguan.rounds.draw import draw_round;"
        "from huiguan.rounds.allocate import allocate_round;"
        "a, b = map(Path, sys.argv[1:3]); freeze(a, b, None);"
        "draw_round(b, sys.argv[3], {}, ''); allocate_round(b)"
    )
    results = []
    for seed in ("0", "77"):
        folder = tmp_path / f"seed{seed}"
        subprocess.run(
            [sys.executable, "-c", code, str(source), str(folder), SIGNATURE],
            check=True,
            env={
                "PYTHONHASHSEED": seed,
                "PATH": "",
                "HOME": str(Path.home()),
                "PYTHONPATH": str(Path(huiguan.__file__).parents[1]),
            },
        )
        results.append((folder / "RESULT").read_bytes())
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("*.csv", "00000001X", "000000011", "last character does not fit"),
        ("applications.csv", ",in,", ",maybe,", "'maybe' is not one of"),
        ("programmes.csv", ",9,2,1,repair,", ",9,3,1,repair,", "9 homes, but 3 let"),
        ("programmes.csv", ",repair,", ",,", "held if and only if a reason"),
        ("programmes.csv", "standard", "unknown", "policy unknown is not in rules"),
        ("choices.csv", "P00003", "P99999", "P99999 is not in programmes.csv"),
        ("facts.csv", ",sex,f", ",sex,\xe9", "outside ASCII"),
        ("facts.csv", "number,fact,value", "number,fact,age", "there is no column 'age'; the"),
        ("facts.csv", "number,fact,value", "number,fact,fact", "the column 'fact' stands twice"),
        ("facts.csv", ",sex,", ",age,", "it has no meaning"),
        ("round.toml", "beacon_round = 1000", "beacon_round = 0", "name the chain and a future"),
        ("round.toml", "list_limit = 20", "list_limit = 1", "more than 1 choices"),
        ("programmes.csv", ",repair,", ',a "small" repair,', "reason is not a valid text"),
        ("round.toml", "list_limit = 20", "limit = 20", "unknown field"),
        ("round.toml", '"2026-09-01"', '"next month"', "is not a date; write it like 2026-07-01"),
        ("rules/policies.toml", '"20%"', '"50bp"', "'50bp' is no share"),
        ("rules/policies.toml", '"20%"', '"120%"', "at most everything, not 120%"),
        ("rules/policies.toml", '"20%"', '"20%"\nseats = 2', "seats in two ways"),
        ("rules/policies.toml", '"up"', '"nearest"', "rounding is one of"),
        ("rules/policies.toml", "minimum = 1", "minimum = -1", "zero or more"),
        ("rules/policies.toml", 'name = "access"', 'name = "for access"', "a slot's name"),
        ("rules/policies.toml", "lapses = false", "lapse = false", "unknown field"),
        ("rules/policies.toml", "[[policy]]", "[[policy", "policies.toml: "),
        (
            "applications.csv",
            ",in,1,1,1,",
            ",in,1,1,1,soon",
            "is not a date; write it like 2026-07-01",
        ),
        (
            "applications.csv",
            ",in,1,1,1,",
            ",in,1,1,1,2026-02-30",
            "is not a date; write it like 2026-07-01",
        ),
        ("applications.csv", ",in,1,1,1,", ",in,1,1,99999,", "more than 10,000 tickets"),
    ],
)
def test_a_wrong_row_is_refused_before_anything_is_frozen(
    tmp_path: Path, source: Path, name: str, old: str, new: str, message: str
) -> None:
    for path in source.glob(name):
        path.write_text(path.read_text().replace(old, new, -1 if name == "*.csv" else 1))
    with pytest.raises(InputFault, match=message):
        freeze(source, tmp_path / "round", None)
    assert not (tmp_path / "round").exists()


def test_any_changed_byte_of_a_frozen_file_is_found(tmp_path: Path, source: Path) -> None:
    folder = run_round(tmp_path / "round", source)
    path = folder / "results.csv"
    path.write_bytes(path.read_bytes().replace(b"rest", b"REST", 1))
    assert "results.csv differs from RESULT" in check_folder(folder)[0].sentence
    assert verify(folder).returncode == 1
    path = folder / "choices.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(CheckFault, match=r"choices.csv differs from MANIFEST"):
        read_frozen(folder)


def test_a_table_in_another_spelling_is_refused_even_with_a_fitting_manifest(
    tmp_path: Path, source: Path
) -> None:
    folder = tmp_path / "round"
    freeze(source, folder, None)
    path = folder / "applications.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    names = [line.split("  ")[1] for line in (folder / "MANIFEST").read_text().splitlines()]
    (folder / "MANIFEST").write_bytes(listed_bytes(folder, names))
    with pytest.raises(CheckFault, match=r"applications.csv: "):
        read_frozen(folder)


def test_nothing_is_done_twice_and_a_void_attempt_is_chained(tmp_path: Path, source: Path) -> None:
    first = run_round(tmp_path / "first", source)
    with pytest.raises(InputFault, match="drawn already"):
        draw_round(first, SIGNATURE, {}, "")
    with pytest.raises(InputFault, match="result already"):
        allocate_round(first)
    with pytest.raises(InputFault, match="frozen already"):
        freeze(source, first, None)
    with pytest.raises(InputFault, match="declare it void"):
        freeze(source, tmp_path / "second", first)
    void_round(first, "the list of a building was wrong", "the office")
    with pytest.raises(InputFault, match="void attempt"):
        draw_round(first, SIGNATURE, {}, "")
    second = tmp_path / "second"
    commitment = freeze(source, second, first)
    head = (second / "round.toml").read_text()
    assert f'previous = "{commitment_of(first)}"' in head
    assert "attempt = 2" in head
    assert commitment != commitment_of(first)


def test_every_rule_of_the_input_travels_with_the_round(tmp_path: Path, source: Path) -> None:
    (source / "rules/eligibility.toml").write_text("# \u89c4\u5219\n", encoding="utf-8")
    folder = run_round(tmp_path / "round", source)
    assert "  rules/eligibility.toml\n" in (folder / "MANIFEST").read_text()
    assert "rules/eligibility.toml" in release_round(folder, tmp_path / "public")
    (folder / "rules/eligibility.toml").write_text("# changed\n")
    assert "rules/eligibility.toml differs" in check_folder(folder)[0].sentence


def public_bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_erasing_what_is_sealed_changes_no_published_byte(tmp_path: Path, source: Path) -> None:
    """Only numbers and codes are frozen; who they are stands in the office and can be erased.

    When the sealed files themselves are erased, at the end of their keeping, the public folder
    stays as it is and is still proved.
    """
    folder = run_round(tmp_path / "round", source)
    copy_public(folder, tmp_path / "before")
    for name in ("choices.csv", "facts.csv"):
        (folder / name).unlink()
    with pytest.raises(CheckFault, match=r"nothing is released; the first: choices.csv is missing"):
        release_round(folder, tmp_path / "after")
    copy_public(folder, tmp_path / "after")
    assert public_bytes(tmp_path / "before") == public_bytes(tmp_path / "after")
    assert verify(folder).returncode == 0


def test_a_stranger_column_never_reaches_the_folder(tmp_path: Path, source: Path) -> None:
    """A name or telephone beside a number is refused, so it cannot be published by mistake."""
    path = source / "applications.csv"
    lines = path.read_text().splitlines()
    named = [f"{line},{'phone' if n == 0 else '13800000000'}" for n, line in enumerate(lines)]
    path.write_text("\n".join(named) + "\n")
    with pytest.raises(InputFault, match="there is no column 'phone'"):
        freeze(source, tmp_path / "round", None)


def test_a_profile_decides_what_is_public_from_a_date_on(tmp_path: Path, source: Path) -> None:
    head = source / "round.toml"
    head.write_text(head.read_text() + 'profile = "counts-only"\n')
    folder = run_round(tmp_path / "round", source)
    assert check_folder(folder) == []
    names = release_round(folder, tmp_path / "public")
    assert "cutoffs.csv" in names
    assert not set(names) & {"applications.csv", "results.csv", "tickets.csv", "choices.csv"}
    public = verify(tmp_path / "public")
    assert (public.returncode, public.stderr) == (0, "")
    assert "numbers" not in public.stdout
    head.write_text(head.read_text().replace("2026-09-01", "2025-12-31"))
    with pytest.raises(InputFault, match="no publication profile"):
        freeze(source, tmp_path / "early", None)


def test_a_round_of_several_parties_and_dice(tmp_path: Path, source: Path) -> None:
    secrets = {"union": "2b7e151628aed2a6", "auditor": "603deb1015ca71be"}
    head = (source / "round.toml").read_text().split("chain")[0] + 'randomness = "parties"\n'
    for name, secret in secrets.items():
        pledge = commit_secret(name, secret)
        head += f'\n[[party]]\nname = "{name}"\ncommitment = "{pledge}"\n'
    (source / "round.toml").write_text(head)
    folder = tmp_path / "round"
    freeze(source, folder, None)
    with pytest.raises(InputFault, match="the secrets of auditor, union and dice"):
        draw_round(folder, "", {"union": secrets["union"]}, "31415")
    with pytest.raises(InputFault, match="and nothing else"):
        draw_round(folder, SIGNATURE, secrets, "31415")
    with pytest.raises(InputFault, match="auditor does not fit"):
        draw_round(folder, "", {**secrets, "auditor": "x"}, "31415")
    draw_round(folder, "", secrets, "31415")
    allocate_round(folder)
    assert check_folder(folder) == []
    assert verify(folder).returncode == 0


def test_a_weekly_round_orders_by_list_date_then_by_the_draw(tmp_path: Path, source: Path) -> None:
    head = source / "round.toml"
    head.write_text(head.read_text() + 'lottery = "since"\n')
    path = source / "applications.csv"
    header, *rows = path.read_text().splitlines()
    dates = ["2026-03-01", "2026-02-01", "", "2025-12-31"]
    path.write_text("\n".join([header, *(r + dates[n % 4] for n, r in enumerate(rows))]) + "\n")
    folder = run_round(tmp_path / "round", source)
    assert check_folder(folder) == []
    assert verify(folder).returncode == 0
    tickets = [line.split(",") for line in (folder / "tickets.csv").read_text().splitlines()[1:]]
    since = {
        row.split(",")[0]: row.split(",")[5]
        for row in (folder / "applications.csv").read_text().splitlines()[1:]
    }
    tickets.sort(key=lambda ticket: int(ticket[1]))
    order = [(since[t[0]] or "9999", int(t[2])) for t in tickets]
    assert order == sorted(order)


def test_answers_run_the_frozen_round_again_and_nobody_falls(tmp_path: Path, source: Path) -> None:
    folder = run_round(tmp_path / "round", source)

    def homes(path: Path) -> dict[str, str]:
        rows = (line.split(",") for line in (path / "results.csv").read_text().splitlines()[1:])
        return {row[0]: row[1] for row in rows}

    lists = {
        number: choices.split()
        for number, choices in (
            line.split(",") for line in (folder / "choices.csv").read_text().splitlines()[1:]
        )
    }
    first = homes(folder)
    holders = sorted(number for number, home in first.items() if home)
    answers = tmp_path / "answers.csv"
    gone, settled = holders[:6], holders[6:9]
    lines = [f"{n},withdrawn" for n in gone] + [f"{n},settled" for n in settled]
    answers.write_text("number,answer\n" + "".join(f"{line}\n" for line in lines))
    target, _, _ = rerun_round(folder, answers)
    second = homes(target)
    assert not any(second[number] for number in gone)
    assert all(second[number] == first[number] for number in settled)
    for number in set(holders) - set(gone):
        order = [*lists[number], first[number]]  # a present home may be unlisted, at the end
        assert order.index(second[number]) <= order.index(first[number])
    assert second != {**first, **dict.fromkeys(gone, "")}  # somebody has risen
    answers.write_text(f"number,answer\n{holders[9]},withdrawn\n")
    again, _, _ = rerun_round(folder, answers)
    third = homes(again)
    assert again.name == "2"
    assert not any(third[number] for number in [*gone, holders[9]])
    assert all(third[number] == first[number] for number in settled)
    assert "reruns/1/RESULT" in (again / "RESULT").read_text()
    names = release_round(folder, tmp_path / "public")
    assert "reruns/2/results.csv" in names
    assert "reruns/2/answers.csv" not in names
    answers.write_text(f"number,answer\n{gone[0]},settled\n")
    with pytest.raises(InputFault, match="cannot settle"):
        rerun_round(folder, answers)
