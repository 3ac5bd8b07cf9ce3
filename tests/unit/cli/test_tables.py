"""Tables: figures whole, words whole, columns left out and said, no blanks at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.cli.tables import folded, show_table, table_lines
from huiguan.exchange.reports.words import width

HEADS = ("trading code", "balance", "rule")
ROWS = [
    ("000100000001", "-38,123,456.78", "Clearing Rules, trading margin"),
    ("000100000002", "1,000.00", "结算细则 保证金"),
]


def test_a_wide_table_shows_everything_on_one_line_a_row() -> None:
    assert table_lines(HEADS, ROWS, folds=("rule",), columns=80) == [
        "trading code         balance  rule",
        "────────────  ──────────────  ──────────────────────────────",
        "000100000001  -38,123,456.78  Clearing Rules, trading margin",
        "000100000002        1,000.00  结算细则 保证金",
    ]


def test_texts_fold_between_words() -> None:
    lines = table_lines(HEADS, ROWS, folds=("rule",), columns=44)
    assert lines[2:5] == [
        "000100000001  -38,123,456.78  Clearing",
        "                              Rules, trading",
        "                              margin",
    ]


def test_columns_that_do_not_fit_are_left_out_and_said() -> None:
    lines = table_lines(HEADS, ROWS, columns=30)
    assert lines[2] == "000100000001  -38,123,456.78"
    assert lines[-1] == "left out for want of room: rule (wider terminal, or COLUMNS=200)"


def test_without_rows_the_heads_stay() -> None:
    assert table_lines(("a", "b"), []) == ["a  b", "─  ─"]


def test_a_pipe_is_as_wide_as_columns_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    show_table("balances", HEADS, ROWS)
    assert "left out for want of room: rule" in capsys.readouterr().out


TEXT = st.text(st.sampled_from("abc 铜,0123456789"), min_size=1, max_size=24).map(
    lambda text: " ".join(text.split()) or "x"
)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=6), st.integers(10, 90))
def test_no_cell_loses_a_letter(rows: list[tuple[str, str, str]], columns: int) -> None:
    lines = table_lines(("one", "two", "three"), rows, folds=("three",), columns=columns)
    assert all(line == line.rstrip() for line in lines)
    shown = "".join(lines[2:]).replace(" ", "")
    for row in rows:
        assert row[0].split(" ")[0] in shown
    if not lines[-1].startswith("left out"):
        assert all(width(line) <= columns for line in lines)
        cells = "".join(cell for row in rows for cell in row).replace(" ", "")
        assert sorted(shown) == sorted(cells)


@given(TEXT, st.integers(1, 30))
def test_words_are_never_broken(text: str, columns: int) -> None:
    lines = folded(text, columns)
    assert " ".join(lines) == text
    assert all(width(line) <= columns or " " not in line for line in lines)
