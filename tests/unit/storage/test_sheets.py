"""Whatever program wrote a table, its rows are the same; what cannot be meant is refused."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.sheets import Column, Table
from huiguan.storage.homes.declared import ESTATE, ROUND
from huiguan.storage.homes.estate import read_estate
from huiguan.storage.homes.round_tables import GIVEN
from huiguan.storage.sheets.cells import cell_name
from huiguan.storage.sheets.tables import as_utf8, in_columns, read_utf8, sheet_path
from tests.sheets import workbook, workbook_of
from tests.unit.storage.test_estate import CLAIMS, FITS, LEVELS, PLACES, folder

TEXT = "编号,姓名,面积\n0017,张伟,44.99\n"
ROWS = [["编号", "姓名", "面积"], ["0017", "张伟", 44.99]]


def said(data: bytes) -> tuple[str, list[str]]:
    """Return the text that is read from a file, and what was said of it."""
    heard: list[str] = []
    return as_utf8(data, "people", "", heard.append).decode(), heard


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TEXT.encode(), []),
        (TEXT.encode("utf-8-sig"), []),
        (TEXT.encode("gbk"), ["people: read as GB18030 (GBK), because it is not UTF-8"]),
        (TEXT.encode("gb18030"), ["people: read as GB18030 (GBK), because it is not UTF-8"]),
        (workbook_of(ROWS), ["people: read as a spreadsheet, sheet 'Sheet1'"]),
    ],
)
def test_one_table_in_five_writings(data: bytes, words: list[str]) -> None:
    assert said(data) == (TEXT, words)


def test_a_character_of_gb18030_alone_is_read() -> None:
    """U+20BB7, in names of people, has four bytes in GB18030 and none in GBK."""
    text = "name\n𠮷\n"
    assert said(text.encode("gb18030"))[0] == text


def test_what_is_neither_is_named_by_its_line() -> None:
    with pytest.raises(InputFault, match="line 2 is neither UTF-8 nor GB18030; save it as"):
        said(b"name\n\xff\xff\n")
    with pytest.raises(InputFault, match=r"text in UTF-16 .*save it as \.xlsx or as CSV UTF-8"):
        said("name\n".encode("utf-16"))
    with pytest.raises(InputFault, match=r"an old spreadsheet \(\.xls\)"):
        said(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(InputFault, match="cannot be read as a spreadsheet"):
        said(b"PK\x03\x04nothing")


def test_cells_become_what_a_person_would_write() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy/m/d"})
        time = book.add_format({"num_format": "hh:mm:ss"})
        sheet.write_row(0, 0, list("abcdefghi"))
        sheet.write_string(1, 0, "007")  # typed as text: the zeros are part of it
        sheet.write_number(1, 1, 44.990000000000002)
        sheet.write_number(1, 2, 1e-7)
        sheet.write_number(1, 3, 123_456_789_012_345)
        sheet.write_datetime(1, 4, date(2026, 7, 1), day)
        sheet.write_number(1, 5, 0.875, time)
        sheet.write_boolean(1, 6, True)
        sheet.write_formula(1, 7, "=1+1", None, 2)
        sheet.write_string(1, 8, 'said "no", left')

    text, _ = said(workbook(fill))
    assert text.splitlines()[1] == (
        '007,44.99,0.0000001,123456789012345,2026-07-01,21:00:00,yes,2,"said ""no"", left"'
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("#DIV/0!", "cell C3 holds an error; correct its formula"),
        ("#N/A", "cell C3 holds an error"),
    ],
)
def test_an_error_is_no_empty_cell(value: str, words: str) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_row(1, 0, ["1", "2", "3"])
        sheet.write_row(2, 0, ["1", "2"])
        sheet.write_formula(2, 2, "=1/0", None, value)

    with pytest.raises(InputFault, match=words):
        said(workbook(fill))


def test_a_formula_nobody_calculated_is_no_empty_cell() -> None:
    whole = workbook(lambda _book, sheet: sheet.write_formula("B1", "=1+1", None, 2))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"<v>2</v>", b""))
    with pytest.raises(InputFault, match="cell B1 holds a formula that was never calculated"):
        said(out.getvalue())


def test_an_identity_number_typed_as_a_number_has_lost_its_end() -> None:
    data = workbook_of([["id_number"], [310_101_199_001_011_234]])
    with pytest.raises(InputFault, match="cell A2 is a number of more than 15 digits"):
        said(data)


def test_entities_of_a_spreadsheet_are_not_expanded() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_of(ROWS))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "xl/workbook.xml":
                data = data.replace(b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook', 1)
            new.writestr(part, data)
    with pytest.raises(InputFault, match="cannot be read as a spreadsheet"):
        said(out.getvalue())


def test_an_empty_row_among_others_is_refused() -> None:
    with pytest.raises(InputFault, match="row 2 is empty and others follow"):
        said(workbook_of([["a"], [""], ["1"]]))
    with pytest.raises(InputFault, match="the spreadsheet is empty"):
        said(workbook_of([[""]]))


def test_the_sheet_named_like_the_table_is_taken(tmp_path: Path) -> None:
    data = io.BytesIO()
    import xlsxwriter  # noqa: PLC0415  two sheets, in this test alone

    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.add_worksheet("notes").write_row(0, 0, ["what", "I", "think"])
        book.add_worksheet("people").write_row(0, 0, ["person"])
    (tmp_path / "people.xlsx").write_bytes(data.getvalue())
    assert read_utf8(tmp_path / "people.csv") == b"person\n"
    (tmp_path / "people.csv").write_text("person\n")
    with pytest.raises(InputFault, match="only one can be meant"):
        sheet_path(tmp_path / "people.csv")


def test_names_of_cells() -> None:
    assert [cell_name(0, 0), cell_name(9, 25), cell_name(1, 26), cell_name(0, 702)] == [
        "A1", "Z10", "AA2", "AAA1",
    ]  # fmt: skip


TWO = Table(
    "two.csv", "", (), (Column("a", "", "", "", chinese="甲"), Column("b", "", "", "", (), "0"))
)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a,b\n1,2\n", "a,b\n1,2\n"),
        ("b,a\n2,1\n", "a,b\n1,2\n"),
        ("甲\n1\n", "a,b\n1,0\n"),
        ('"a","b"\n"1","2"\n', "a,b\n1,2\n"),
    ],
)
def test_columns_stand_in_any_order(given: str, read: str) -> None:
    assert in_columns(TWO, given.encode(), "two.csv").decode() == read


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a,c\n", "there is no column 'c'; the columns are a, b"),
        ("a,甲\n", "the column 'a' stands twice"),
        ("b\n", "the column 'a' is missing"),
        ("b,a\n1\n", "line 2: 1 cells under 2 heads"),
        ("", "the file is empty"),
    ],
)
def test_columns_that_cannot_be_meant(given: str, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        in_columns(TWO, given.encode(), "two.csv")


def test_an_estate_is_the_same_from_spreadsheets(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "xlsx").mkdir()
    plain = read_estate(folder(tmp_path / "csv"))
    tables = {"places": PLACES, "levels": LEVELS, "fits": FITS, "claims": CLAIMS}
    for name, text in tables.items():
        rows = [line.split(",") for line in text.splitlines()]
        (tmp_path / f"xlsx/{name}.xlsx").write_bytes(workbook_of(rows))
    heard: list[str] = []
    sheets = read_estate(tmp_path / "xlsx", heard.append)
    assert sheets.tree.codes == plain.tree.codes
    assert (sheets.claims == plain.claims).all()
    assert len(heard) == 4


def test_every_declared_column_can_be_looked_up() -> None:
    assert [table.file for table in ROUND] == [table.file for table in GIVEN]
    for table in (*ESTATE, *ROUND):
        assert table.says
        assert table.read_by
        for column in table.columns:
            assert column.form
            assert column.says
            if column.words and column.example:
                assert column.example in column.words
