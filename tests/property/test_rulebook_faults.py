"""Whatever is done to a rulebook: it loads and answers, or one sentence says what is wrong."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiguan.exchange.reports.rule_table import rule_lines
from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.faults import InputFault
from huiguan.storage.homes.rules import BOOKS, all_rows, read_home_rules
from huiguan.storage.market.rulebooks.load import load_books

CFFEX = Path(__file__).parents[1] / "rulebooks" / "cffex"
FILES = ("IF.toml", "venue.toml", "sources.toml")
HOME_FILES = (
    "sources.toml",
    *(f"shanghai/{part}.toml" for part in ("eligibility", "rent", "tenancy")),
)
VALUES = (
    *("", "0", "-1", "1e400", "999999999999999999999", "true", "nan", "1.5", '"x"', '""'),
    *('"9%"', '"-9%"', '"1000%"', "[]", "[1]", "[13]", '["x"]', "{a = 1}", '"2101-"', '"02:30"'),
    *("2021-01-01", "1901-01-01", "2099-01-01", "2021-01-01T10:00:00", '"none known"', "]", "#"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books") / "cffex"


def spoil(path: Path, line: int, value: str, how: str) -> None:
    """Change one line of a file: another value, cut short, twice, or gone."""
    lines = path.read_text("utf-8").splitlines()
    place = line % len(lines)
    if how == "value":
        lines[place] = f"{lines[place].split('=')[0]}= {value}"
    elif how == "cut":
        lines[place] = lines[place][: line % 7]
    else:
        lines[place : place + 1] = [lines[place]] * 2 if how == "twice" else []
    path.write_text("\n".join(lines), "utf-8")


@given(
    name=st.sampled_from(FILES),
    line=st.integers(0, 400),
    value=st.sampled_from(VALUES),
    how=st.sampled_from(("value", "cut", "twice", "gone")),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_spoilt_line_never_ends_in_a_traceback(
    folder: Path, name: str, line: int, value: str, how: str
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CFFEX, folder)
    spoil(folder / name, line, value, how)
    try:
        books = load_books(folder)
        for contract in listed_contracts(books, 20210104, ["IF"]):
            assert parameters(books, contract, 20210104).terms.lot_size > 0
            assert rule_lines(books, books.products["IF"], 20210104, [contract.code])
    except InputFault as fault:
        assert "\n" not in str(fault)  # noqa: PT017  both endings are right


@given(
    name=st.sampled_from(HOME_FILES),
    line=st.integers(0, 400),
    value=st.sampled_from(VALUES),
    how=st.sampled_from(("value", "cut", "twice", "gone")),
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_spoilt_housing_book_never_ends_in_a_traceback(
    folder: Path, name: str, line: int, value: str, how: str
) -> None:
    books = folder.with_name("homes")
    shutil.rmtree(books, ignore_errors=True)
    shutil.copytree(BOOKS, books)
    spoil(books / name, line, value, how)
    try:
        rules = read_home_rules("shanghai", books)
        for _, row in all_rows(rules):
            assert row.article
    except InputFault as fault:
        assert "\n" not in str(fault)  # noqa: PT017  both endings are right
