"""Two statements of the same account and day, line by line: what is the same, and what is not.

Rows are paired by what names them (a trade by its number, else by its terms), so that one line
that is missing does not set off all that follow. Figures are compared as numbers.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from huiguan.exchange.reports.statements.reading import ReadStatement, Row
from huiguan.foundation.faults import InputFault

State = Literal["same", "differs", "only here", "only there"]
ACCOUNT_WORDS = {
    "期初结存": "balance brought forward",
    "出入金": "deposits less withdrawals",
    "平仓盈亏": "profit of closes",
    "持仓盯市盈亏": "profit of positions",
    "浮动盈亏": "floating profit",
    "手续费": "fees",
    "交割手续费": "delivery fees",
    "交割盈亏": "delivery profit",
    "期末结存": "balance carried forward",
    "客户权益": "equity",
    "质押金": "collateral",
    "保证金占用": "margin",
    "交割保证金": "delivery margin",
    "可用资金": "available",
    "风险度": "risk degree",
    "应追加资金": "margin call",
}
FIELD_WORDS = {
    "成交价": "price",
    "手数": "lots",
    "成交额": "turnover",
    "开平": "offset",
    "手续费": "fees",
    "平仓盈亏": "profit of closes",
    "成交序号": "trade number",
    "成交日期": "trading day",
    "平仓日期": "trading day",
    "开仓日期": "opened",
    "投/保": "hedge",
    "买/卖": "side",
    "开仓价": "open price",
    "昨结算": "previous settlement",
    "持仓量": "lots",
    "结算价": "settlement price",
    "今结算": "settlement price",
    "浮动盈亏": "floating profit",
    "盯市盈亏": "marked profit",
    "持仓盯市盈亏": "marked profit",
    "保证金": "margin",
    "保证金占用": "margin",
    "买持": "long lots",
    "买均价": "average buy price",
    "卖持": "short lots",
    "卖均价": "average sell price",
    "交易所": "exchange",
}
UNNAMED = {"投资单元", "交易编码", "资金账号", "品种"}  # each counter has its own
TERMS = ("合约", "买/卖", "投/保", "开平")


class Table(NamedTuple):
    """A table of a statement: its words, and by which heads its rows are paired, best first."""

    word: str
    keys: tuple[tuple[str, ...], ...]
    shown: tuple[str, ...]


TABLES = {
    "成交记录": Table(
        "trades",
        (("成交日期", "合约", "买/卖", "成交序号"), ("成交日期", *TERMS, "成交价", "手数")),
        ("合约", "买/卖", "开平", "手数", "成交价"),
    ),
    "平仓明细": Table(
        "closed",
        (("平仓日期", *TERMS[:3], "开仓日期", "开仓价", "成交价"),),
        ("合约", "买/卖", "手数", "开仓价", "成交价"),
    ),
    "持仓明细": Table(
        "positions by opening",
        ((*TERMS[:3], "开仓日期", "开仓价"),),
        ("合约", "买/卖", "持仓量", "开仓日期", "开仓价"),
    ),
    "持仓汇总": Table("positions", (("合约", "投/保"), ("合约",)), ("合约", "投/保")),
}


class Compared(NamedTuple):
    """A line of a comparison."""

    table: str
    row: str  # what names it
    field: str  # that differs; empty where a whole row is told of
    here: str
    there: str
    state: State


class Comparison(NamedTuple):
    """Two statements compared."""

    lines: list[Compared]
    unread: list[str]  # tables of the other one that nobody reads here

    def count(self, state: State) -> int:
        """Return how many lines are in a state."""
        return sum(line.state == state for line in self.lines)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs and nothing is left over."""
        return all(line.state == "same" for line in self.lines) and not self.unread


def compare_statements(here: ReadStatement, there: ReadStatement) -> Comparison:
    """Return both line by line; ``here`` is our own, ``there`` a broker's.

    Two that are of other days, or of other views, are an InputFault.
    """
    if (here.date, here.view) != (there.date, there.view):
        raise InputFault(
            f"the statement is of {there.date} by {there.view}, this one of {here.date} by"
            f" {here.view}; only those of the same day and view can be compared"
        )
    lines = _account(here.account, there.account)
    for name, table in TABLES.items():
        lines += _rows(table, here.tables.get(name, []), there.tables.get(name, []))
    return Comparison(lines, there.unread)


def _account(here: Row, there: Row) -> list[Compared]:
    """Return the account figure by figure; one that only one side has counts unless it is zero."""
    lines = []
    for label in [*here, *(label for label in there if label not in here)]:
        word = ACCOUNT_WORDS.get(label, label)
        a, b = here.get(label, ""), there.get(label, "")
        if is_same(a, b) or (not (a and b) and is_same(a or b, "0")):
            lines.append(Compared("account", word, "", a, b, "same"))
        else:
            lines.append(Compared("account", word, word, a, b, _one_sided(a, b) or "differs"))
    return lines


def _one_sided(here: object, there: object) -> State | None:
    return None if here and there else "only here" if here else "only there"


def is_same(here: str, there: str) -> bool:
    """Return whether two cells say the same, as numbers where both are."""
    if here == there:
        return True
    try:
        return Decimal(here.rstrip("%")) == Decimal(there.rstrip("%"))
    except InvalidOperation:
        return False


def _rows(table: Table, here: Sequence[Row], there: Sequence[Row]) -> list[Compared]:
    """Return the rows of a table: pairs first, in our order, then what one side alone has."""
    pairs: dict[int, int] = {}
    every = tuple(name for name in (here[0] if here else {}) if name not in UNNAMED)
    for key in (every, *table.keys):
        _pair(key, here, there, pairs)
    lines: list[Compared] = []
    for place, row in enumerate(here):
        found = pairs.get(place)
        if found is None:
            lines.append(Compared(table.word, _named(table, row), "", "", "", "only here"))
            continue
        lines += _fields(table, row, there[found])
    taken = set(pairs.values())
    return lines + [
        Compared(table.word, _named(table, row), "", "", "", "only there")
        for place, row in enumerate(there)
        if place not in taken
    ]


def _pair(
    key: tuple[str, ...], here: Sequence[Row], there: Sequence[Row], pairs: dict[int, int]
) -> None:
    """Pair the rows that have no partner yet and agree under some heads, in their order."""
    taken = set(pairs.values())
    free: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(there):
        if place not in taken:
            free.setdefault(_key(key, row), []).append(place)
    for place, row in enumerate(here):
        if place not in pairs and (found := free.get(_key(key, row))):
            pairs[place] = found.pop(0)


def _key(names: tuple[str, ...], row: Row) -> tuple[str, ...]:
    return tuple(_plain(row.get(name, "")) for name in names)


def _plain(text: str) -> str:
    """Return a cell as a number where it is one: 413.100 is 413.1."""
    try:
        return f"{Decimal(text.replace(',', '')).normalize():f}"
    except InvalidOperation:
        return text


def _fields(table: Table, here: Row, there: Row) -> list[Compared]:
    """Return one line where two rows are the same, else one for each head that differs."""
    name = _named(table, here)
    lines = [
        Compared(table.word, name, FIELD_WORDS.get(head, head), here[head], there[head], "differs")
        for head in here
        if head in there
        and head not in UNNAMED
        and not is_same(_plain(here[head]), _plain(there[head]))
    ]
    return lines or [Compared(table.word, name, "", "", "", "same")]


def _named(table: Table, row: Row) -> str:
    """Return what names a row to a reader: ``ag2306 买 开 4 4927``."""
    return " ".join(text for head in table.shown if (text := _plain(row.get(head, ""))))
