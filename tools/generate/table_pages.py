"""The references of the day image and the day result: their tables and settings."""

import inspect
from types import ModuleType

import msgspec

from huiguan.exchange.day import image, result
from huiguan.foundation.records import table_layout
from huiguan.foundation.tables import Declared, Table, tables_of


def image_page() -> str:
    """Return the page that shows every table of the day image."""
    return tables_page("Day image", image, image.DayImage, image.Settings)


def result_page() -> str:
    """Return the page that shows every table of the day result."""
    return tables_page("Day result", result, result.DayResult, result.ResultSettings)


def tables_page(
    title: str,
    module: ModuleType,
    declaration: type[Declared],
    settings: type[msgspec.Struct],
) -> str:
    """Return the page of a declaration: every table, then the settings."""
    out = [f"# {title} (generated)", "", inspect.getdoc(module) or ""]
    for name, table in tables_of(declaration).items():
        out += ["", f"## `{name}`", "", *table_entry(table)]
    out += ["", "## Settings", "", "| field | default |", "|---|---|"]
    out += [
        f"| {f.name} | {'' if f.default is msgspec.NODEFAULT else f'`{f.default!r}`'} |"
        for f in msgspec.structs.fields(settings)
    ]
    return "\n".join(out) + "\n"


def table_entry(table: Table) -> list[str]:
    """Return what a table holds, in what order, and where its fields stand."""
    record, rows = table.record, table_layout(table.record)
    assert rows.fields is not None
    order = ", ".join(record.KEY)
    facts = [f"{rows.itemsize} bytes a row."]
    facts += [f"In the order of {order}; each once." if order else "A row is its number."]
    facts += ["Without rows there is no file."] if table.later else []
    out = [inspect.getdoc(record) or "", "", " ".join(facts), ""]
    out += ["| field | type | at |", "|---|---|---|"]
    return out + [
        f"| {field} | {rows.fields[field][0].str} | {rows.fields[field][1]} |"
        for field in record.__struct_fields__
    ]
