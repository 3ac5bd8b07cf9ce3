"""Two mornings compared in words: codes and contracts by name, money in yuan, prices as decimals.

``reconcile`` makes the next morning again from result and instructions and names every difference,
so that no edit slips into tomorrow unseen.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import numpy as np

from huiguan.exchange.day.image import DayImage, MemberMode
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.messages import Hedge, Phase, Right, Side
from huiguan.exchange.reports.command_words import name_of, time_words
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.calendars import show_day
from huiguan.foundation.tables import tables_of

MOST_LINES = 10  # of one table
TABLE_WORDS = {  # of a row; a table without words is called by its name
    "instruments": "contract",
    "margins": "margin of a lot of",
    "fees": "fee of",
    "phases": "phase of",
    "trading_codes": "trading code",
    "members": "member",
    "holder_limits": "limits of",
    "positions": "position of",
    "lots": "lot of",
    "contract_states": "clearing state of",
    "pools": "pool",
    "warrants": "warrants of",
    "unfilled_closes": "waiting close in",
    "past_settlements": "past settlement of",
    "member_volumes": "volume of yesterday in",
    "undelivered": "delivery of",
}
NAMED = {  # whose row a field holds
    "instrument": "instruments",
    "product": "products",
    "phase_group": "phase_groups",
    "group": "phase_groups",
    "trading_code": "trading_codes",
    "member": "members",
    "holder": "holders",
}
OWN_NAMES = {  # tables whose rows are named one by one
    "instruments": "instruments",
    "contract_states": "instruments",
    "trading_codes": "trading_codes",
    "members": "members",
}
WORDS = {
    "side": Side,
    "hedge": Hedge,
    "right": Right,
    "own_right": Right,
    "phase": Phase,
    "mode": MemberMode,
}
YES_OR_NO = {"house", "futures_firm", "first_day"}
DAYS = {"trading_day", "open_day", "last_trading_day", "until"}
FEE_CLASSES = ("open", "close", "close today")
UNITS = ("_fen", "_ppb", "_ticks", "_units", "_lots", "_ns", "_thousandths")
THOUSANDTHS = -3
Row = dict[str, str]


def reconcile(
    image: DayImage,
    result: DayResult,
    books: Books,
    instructions: Sequence[AnyInstruction],
    tomorrow: DayImage,
) -> list[str]:
    """Return every difference of tomorrow's image from result plus instructions, in words."""
    return differences(next_image(image, result, books, instructions), tomorrow)


def differences(expected: DayImage, actual: DayImage) -> list[str]:
    """Return every difference between two mornings, a line each; at most ten lines of a table."""
    lines = _settings(expected, actual)
    renamed = expected.names != actual.names
    for table in tables_of(DayImage):
        if renamed or not np.array_equal(getattr(expected, table), getattr(actual, table)):
            found = list(_table(table, expected, actual))
            lines += found[:MOST_LINES]
            if len(found) > MOST_LINES:
                lines.append(f"{table.replace('_', ' ')}: {len(found) - MOST_LINES:,} more differ")
            elif not found and not np.array_equal(getattr(expected, table), getattr(actual, table)):
                lines.append(f"{table.replace('_', ' ')} stand in another order than expected")
    for kind in expected.names.__struct_fields__ if renamed else ():
        lines += _names(kind, getattr(expected.names, kind), getattr(actual.names, kind))
    return lines


def _settings(expected: DayImage, actual: DayImage) -> list[str]:
    """Return the settings that differ."""
    lines = []
    for field in expected.settings.__struct_fields__:
        wanted, found = getattr(expected.settings, field), getattr(actual.settings, field)
        if wanted != found:
            both = [getattr(value, "name", str(value)).lower() for value in (found, wanted)]
            if field in DAYS:
                both = [show_day(found), show_day(wanted)]
            lines.append(f"setting {field.replace('_', ' ')}: {both[0]}, expected {both[1]}")
    return lines


def _names(kind: str, expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """Return the names that are missing, that nobody expected, or that stand in another order."""
    what = kind.replace("_", " ")
    lines = [f"{what}: {name} is missing" for name in expected if name not in set(actual)]
    lines += [f"{what}: {name} is not expected" for name in actual if name not in set(expected)]
    if not lines and list(expected) != list(actual):
        lines.append(f"{what} stand in another order than expected")
    return lines[:MOST_LINES]


def _table(table: str, expected: DayImage, actual: DayImage) -> Iterator[str]:
    """Yield the differences of a table: rows that are missing or too many, fields that differ."""
    what = TABLE_WORDS.get(table, table.replace("_", " "))
    wanted, found = rows_in_words(expected, table), rows_in_words(actual, table)
    for key, row in wanted.items():
        if key not in found:
            yield f"{what} {key} is missing: expected {_shown(row)}"
            continue
        for field, value in row.items():
            if found[key][field] != value:
                yield f"{what} {key}: {field} {found[key][field]}, expected {value}"
    for key, row in found.items():
        if key not in wanted:
            yield f"{what} {key} is not expected: {_shown(row)}"


def _shown(row: Row) -> str:
    return ", ".join(f"{field} {value}" for field, value in row.items())


def rows_in_words(image: DayImage, table: str) -> dict[str, Row]:
    """Return every row of a table by its key, key and fields in words."""
    rows, record = getattr(image, table), tables_of(DayImage)[table].record
    shown: dict[str, Row] = {}
    for index, row in enumerate(rows):
        contract = index if table in ("instruments", "contract_states") else -1
        if "instrument" in rows.dtype.names:
            contract = int(row["instrument"])
        words = {
            field: value_in_words(image, field, int(row[field]), contract)
            for field in rows.dtype.names
        }
        if table in OWN_NAMES:
            key = name_of(getattr(image.names, OWN_NAMES[table]), index)
        elif table == "pools":
            key = f"{words['member']}/{'house' if row['house'] else 'clients'}"
        else:
            key = " ".join(words[field] for field in record.KEY)
        shown[key] = {
            field_in_words(field): value
            for field, value in words.items()
            if field not in record.KEY
        }
    return shown


def field_in_words(field: str) -> str:
    """Return the name of a field without its unit."""
    for unit in UNITS:
        field = field.removesuffix(unit)
    return field.replace("_", " ")


def value_in_words(image: DayImage, field: str, value: int, contract: int) -> str:
    """Return a value as a person reads it; ``contract`` is whose price it is, or -1."""
    if field in NAMED:
        return name_of(getattr(image.names, NAMED[field]), value)
    if field in WORDS:
        known = {int(member) for member in WORDS[field]}
        word = WORDS[field](value).name.lower() if value in known else str(value)
        return word.replace("_", " ")
    if field in YES_OR_NO:
        return "yes" if value else "no"
    if field in DAYS:
        return show_day(value)
    if field == "month":
        return f"{value}"
    if field == "fee_class" and 0 <= value < len(FEE_CLASSES):
        return FEE_CLASSES[value]
    for unit, show in SHOWN.items():
        if field.endswith(unit):
            return show(image, value, contract)
    return f"{value:,}"


def _price(image: DayImage, units: int, contract: int) -> str:
    """Return units of the quote as a decimal price."""
    if not 0 <= contract < len(image.instruments):
        return f"{units} units"
    decimals = int(image.instruments["unit_decimals"][contract])
    return f"{Decimal(units).scaleb(-decimals):f}"


def _ticks(image: DayImage, ticks: int, contract: int) -> str:
    """Return ticks of a contract as a decimal price."""
    if not 0 <= contract < len(image.instruments):
        return f"{ticks} ticks"
    return _price(image, ticks * int(image.instruments["tick_units"][contract]), contract)


SHOWN: dict[str, Callable[[DayImage, int, int], str]] = {
    "_fen": lambda _, fen, __: f"{show_fen(fen)} CNY",
    "_ppb": lambda _, rate, __: show_rate(rate),
    "_ticks": _ticks,
    "_units": _price,
    "_ns": lambda _, time, __: time_words(time),
    "_thousandths": lambda _, value, __: f"{Decimal(value).scaleb(THOUSANDTHS).normalize():f}",
}
