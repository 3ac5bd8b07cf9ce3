"""``huiguan lease``: a folder checked, charged, paid; faults by row, in Chinese too."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.lease
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.homes.leases import read_leases
from tests.leases import BANK, TABLES, write_leases
from tests.sheets import workbook_of
from tests.trading_days import bytes_of

assert huiguan.cli.homes.lease.lease


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["lease", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_folder_is_checked_closed_paid_and_owed(tmp_path: Path) -> None:
    """October: 15 of 31 days of 2,700.00, 550.00 and 2,000.01 are 3,856.46."""
    folder, bank = write_leases(tmp_path / "leases"), tmp_path / "bank.csv"
    bank.write_text(BANK)
    assert "3 leases, 2 of them running on 2026-10-01" in run("check", folder, "--on", "2026-10-01")
    closed = json.loads(run("close", folder, "--month", "2026-10", "--json"))
    assert closed["charged"] == {"2026-10": [5, 385_646], "opening": [1, 10_000]}
    assert closed["trial"] == {"rents": 0}
    before = bytes_of(folder)
    again = run("close", folder, "--month", "2026-10")
    assert "2026-10 was closed before: nothing changes" in again
    assert f"folder {closed['sha256']}" in again
    assert run("pay", folder, bank, "--dry-run").splitlines()[-1] == "dry run: nothing was written"
    assert bytes_of(folder) == before
    assert "4 new lines, 4,268.45; 1 wait for their payer" in run("pay", folder, bank)
    paid = bytes_of(folder)
    assert "0 new lines, 0.00; 1 wait for their payer" in run("pay", folder, bank)
    assert bytes_of(folder) == paid
    found = json.loads(run("owed", folder, "--on", "2026-10-21", "--json"))
    assert {row["payer"]: row["owed_fen"] for row in found["owed"]} == {
        "ann": 10_000, "cat": 30_000, "dan": 100_001, "eve": 100_000,
    }  # fmt: skip
    assert [row["lease"] for row in found["deposits"]] == ["L2"]
    assert found["waiting"] == ["3"]
    text = run("owed", folder, "--on", "2026-10-21")
    assert "2 written demand" in text
    bank.write_text("reference,on,amount,payer\n3,2026-10-09,12,eve\n")
    assert "1 lines that waited have found their payer" in run("pay", folder, bank)


def test_the_same_tables_as_gbk_and_as_a_spreadsheet_give_the_same_books(tmp_path: Path) -> None:
    plain = write_leases(tmp_path / "plain")
    heads = {"lease": "合同编号", "payer": "付款人", "share": "份额", "account": "银行户名"}
    other = write_leases(tmp_path / "other")
    payers = TABLES["payers.csv"].replace("rest", "其余").replace("even", "均摊")
    for name, chinese in heads.items():
        payers = payers.replace(name, chinese, 1)
    (other / "payers.csv").write_bytes(payers.encode("gbk"))
    (other / "leases.csv").unlink()
    rows = [line.split(",") for line in TABLES["leases.csv"].splitlines()]
    (other / "leases.xlsx").write_bytes(workbook_of(rows))
    for folder in (plain, other):
        run("close", folder, "--month", "2026-12")
    assert (plain / "postings.csv").read_bytes() == (other / "postings.csv").read_bytes()


def test_with_a_fault_nothing_is_written_and_all_are_told(tmp_path: Path) -> None:
    leases = TABLES["leases.csv"].replace("L2,B1", "L2,A1").replace("2000.01", "two thousand")
    payers = TABLES["payers.csv"].replace("ACME,rest", "ACME,10") + "L9,zoe,rest,\n"
    folder = write_leases(tmp_path / "leases", leases=leases, payers=payers)
    before = bytes_of(folder)
    for words in (("close", folder, "--month", "2026-10"), ("check", folder, "--on", "2026-10-01")):
        result = CliRunner().invoke(app, ["lease", *map(str, words)])
        assert isinstance(result.exception, InputFault)
        assert str(result.exception).startswith("4 faults, so nothing was written")
        assert [line.partition(": ")[2] for line in result.output.splitlines()] == [
            (
                "row 4, column rent: 'two thousand' is not a decimal number; write it like 413.10,"
                " in the digits 0 to 9"
            ),
            "row 6, column lease: leases.csv has no L9",
            "row 3, column rent: payers.csv: exactly one payer must take the rest",
            "row 2, column place: A1 is let in row 3 until 2027-10-01",
        ]
    assert bytes_of(folder) == before


def test_a_fault_is_told_in_chinese(tmp_path: Path) -> None:
    leases = TABLES["leases.csv"].replace("L2,B1", "L2,A1")
    folder = write_leases(tmp_path / "leases", leases=leases)
    words = ["lease", "check", str(folder), "--on", "2026-10-01", "--lang", "zh"]
    result = CliRunner().invoke(app, words)
    assert result.output.endswith("第 2 行，place 列：A1 已由第 3 行出租至 2027-10-01\n")


def test_what_the_rules_refuse_is_told_and_ends_with_1(tmp_path: Path) -> None:
    leases = TABLES["leases.csv"].replace("2700,2700", "2700.01,2700.02")
    folder = write_leases(tmp_path / "leases", leases=leases)
    result = CliRunner().invoke(app, ["lease", "check", str(folder), "--on", "2026-10-01"])
    assert isinstance(result.exception, CheckFault)
    assert "row 2, column rent: above the rent ceiling" in result.output
    assert "row 2, column deposit: above the deposit limit" in result.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("close", "none", "--month", "2026-10"),
            "there is no folder none; huiguan",
        ),
        (("close", "none", "--month", "2026-13"), "'2026-13' is no month; write it like 2026-10"),
        (("owed", "none", "--on", "today"), "'today' is not a date"),
    ],
)
def test_a_wrong_call_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        CliRunner().invoke(app, ["lease", *words], catch_exceptions=False)


def test_a_template_is_a_folder_to_begin_with(tmp_path: Path) -> None:
    run("template", tmp_path / "leases")
    assert "0 leases" in run("check", tmp_path / "leases", "--on", "2026-10-01")
    assert "2026-10 was closed before" in run("close", tmp_path / "leases", "--month", "2026-10")
    with pytest.raises(InputFault, match="is there already"):
        run("template", tmp_path / "leases")


def test_books_that_somebody_damaged_are_not_written_on(tmp_path: Path) -> None:
    folder = write_leases(tmp_path / "leases")
    run("close", folder, "--month", "2026-10")
    postings = folder / "postings.csv"
    text = postings.read_text("utf-8")
    postings.write_text(text.replace(",300.00,", ",300.oo,"), "utf-8")
    with pytest.raises(CheckFault, match="line 4 is damaged"):
        read_leases(folder)
    postings.write_text(text + text.splitlines(keepends=True)[-1], "utf-8")
    with pytest.raises(InputFault, match="is given twice"):
        run("close", folder, "--month", "2026-11")
