"""A settlement statement of a CTP counter read back: account, and tables under their own heads.

Counters differ in the columns they print, in notes between the parts and in colons; a table is
read by the heads it has, and an account by its labels. Nothing is worked out here.
"""

import re

import msgspec

from huiguan.exchange.reports.statements.heads import View
from huiguan.foundation.faults import InputFault

MOST_LINES = 200_000
TABLES = ("成交记录", "平仓明细", "持仓明细", "持仓汇总")
TITLE, BY_TRADE, OF_MONTH, SUM = "交易结算单", "逐笔", "月", "共"
DATE = re.compile(r"日期\s*Date\s*[:：]\s*(\d{8}|\d{6})\b")
CLIENT = re.compile(r"客户号\s*Client ID\s*[:：]\s*(\S+)")
FIGURE = re.compile(
    r"([一-鿿][一-鿿 ]*?) *[A-Za-z][A-Za-z /.()]*[:：]+ *(-?[\d,]+\.\d+%?|-)(?=\s|$)"
)
DASHES = re.compile(r"-{8,}")
Row = dict[str, str]


class ReadStatement(msgspec.Struct, frozen=True):
    """What a statement says, as text."""

    view: View
    date: str  # yyyymmdd, or yyyymm of a month
    client: str
    account: Row  # by Chinese label without blanks: 期初结存
    tables: dict[str, list[Row]]  # those of ``TABLES`` it has, by Chinese heads
    unread: list[str]  # titles of tables that are not among them


def read_statement(text: str) -> ReadStatement:
    """Return what a statement says; text that is none of a counter is an InputFault.

    A row that has more or fewer cells than its heads is refused by its line.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise InputFault(f"the statement has {len(lines):,} lines; at most {MOST_LINES:,} are read")
    title = next((line for line in lines if TITLE in line), "")
    date = next((found[1] for line in lines if (found := DATE.search(line))), "")
    if not title or not date:
        raise InputFault(
            "this is no settlement statement of a CTP counter: its title 交易结算单 or its date is"
            " not there"
        )
    client = next((found[1] for line in lines if (found := CLIENT.search(line))), "")
    account = {
        label.replace(" ", ""): figure.replace(",", "")
        for line in lines
        if "|" not in line
        for label, figure in FIGURE.findall(line)
    }
    tables, unread = _tables(lines)
    if not account:
        raise InputFault("the statement has no account: a counter prints 期初结存 and what follows")
    return ReadStatement(_view(title), date, client, account, tables, unread)


def _view(title: str) -> View:
    """Return which view a title names."""
    if BY_TRADE in title:
        return View.TRADE
    return View.MONTH if OF_MONTH in title else View.DAY


def _tables(lines: list[str]) -> tuple[dict[str, list[Row]], list[str]]:
    """Return the known tables by title, and the titles of others."""
    tables: dict[str, list[Row]] = {}
    unread: list[str] = []
    title, heads = "", list[str]()
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if not bare.startswith("|"):
            if bare and not DASHES.fullmatch(bare):
                title, heads = bare, []
            continue
        cells = [cell.strip() for cell in bare.strip("|").split("|")]
        if not heads:
            heads = [cell.replace(" ", "") for cell in cells]
            known = next((name for name in TABLES if title.startswith(name)), "")
            rows = tables.setdefault(known, []) if known else []
            if not known:
                unread.append(title)
        elif cells[0].startswith(SUM) or _is_english(cells):
            continue
        elif len(cells) != len(heads):
            raise InputFault(
                f"line {number} of the statement has {len(cells)} cells under {len(heads)} heads"
            )
        else:
            rows.append(dict(zip(heads, cells, strict=True)))
    return tables, unread


def _is_english(cells: list[str]) -> bool:
    """Return whether a row is the second row of heads: letters and no figure anywhere."""
    return all(cell.isascii() and not any(map(str.isdigit, cell)) for cell in cells)
