"""A statement as PDF: its letters inside, the same bytes twice, and a plain answer without it."""

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.storage.sheets import paper
from huiguan.storage.sheets.paper import Sheet, SheetTable, pdf_of


def sheet(rows: int = 2) -> Sheet:
    """Return a small statement; what looks like markup is text."""
    table = SheetTable("成交记录", ["合约", "#买/卖"], [["cu2610", "$买*"]] * rows, [0, 1], "没有")
    empty = SheetTable("持仓", ["合约"], [], [0], "没有持仓")
    return Sheet("zh", "结算单 #1", "2026-08-21", [("期初结存", "1.00")], [table, empty], "会馆")


def test_a_sheet_has_its_letters_inside_and_the_same_bytes_twice() -> None:
    found = pdf_of(sheet())
    assert found.startswith(b"%PDF-")
    assert b"NotoSansCJK" in found
    assert b"/StructTreeRoot" in found  # tagged: a screen reader finds its tables
    assert pdf_of(sheet()) == found
    assert pdf_of(sheet(3)) != found


def test_without_the_extra_somebody_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper.compiler.cache_clear()
    monkeypatch.setattr(paper, "FONT_FOLDER", "no_such_fonts")
    with pytest.raises(InputFault, match=r"pip install 'huiguan\[pdf\]'"):
        pdf_of(sheet())
    paper.compiler.cache_clear()


def test_a_sheet_that_nobody_prints_is_refused() -> None:
    with pytest.raises(InputFault, match="has 20,001 rows"):
        pdf_of(sheet(20_001))
