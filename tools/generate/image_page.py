"""The reference of the day image: its tables and settings."""

import inspect

import msgspec

from huiguan.exchange.day import image as day
from huiguan.foundation.records import table_layout


def image_page() -> str:
    """Return the page that shows every table of the day image."""
    out = ["# Day image (generated)", "", inspect.getdoc(day) or ""]
    for name, record in day.TABLES.items():
        out += ["", f"## `{name}`", "", inspect.getdoc(record) or "", ""]
        rows = table_layout(record)
        assert rows.fields is not None
        out += [f"{rows.itemsize} bytes a row.", "", "| field | type | at |", "|---|---|---|"]
        out += [
            f"| {field} | {rows.fields[field][0].str} | {rows.fields[field][1]} |"
            for field in record.__struct_fields__
        ]
    out += ["", "## Settings", "", "| field | default |", "|---|---|"]
    info = msgspec.structs.fields(day.Settings)
    out += [
        f"| {f.name} | {'' if f.default is msgspec.NODEFAULT else f'`{f.default!r}`'} |"
        for f in info
    ]
    return "\n".join(out) + "\n"
