"""The reference of rulebook rows: every kind and key, from the structs the loader fills."""

import inspect
from typing import get_type_hints

import msgspec

from huiguan.exchange.rules.rows import KINDS, ContractRow, Product, Row, Source, Venue

DAYS = {"effective", "clearing", "listed", "last_day", "delivery_days", "reverts_from"}
MONTHS = {"contract", "first_contract"}
COMMON = {*ContractRow.__struct_fields__}


def written(name: str, hint: object) -> str:
    """Return how a person writes a value of a field."""
    text = str(hint).replace("typing.", "").replace("<class '", "").replace("'>", "")
    many = "list: " if text.startswith("tuple") else ""
    if name.endswith("_ppb"):
        kind = 'rate in quotes: "9%", "0.5bp"'
    elif name.endswith("_fen"):
        kind = 'yuan in quotes: "0.25"'
    elif name in DAYS and "Decimal" not in text:
        kind = "date: 2026-08-21"
    elif name in MONTHS:
        kind = 'contract month: "2609"'
    elif name == "contracts":
        return 'contract months: "2609-2702, 2705, 2707-"'
    elif "Decimal" in text:
        kind = 'number in quotes: "0.02"'
    elif "Literal" in text:
        kind = "one of " + text[text.index("[") + 1 : text.index("]")].replace("'", "`")
    elif "bool" in text:
        kind = "true or false"
    elif "str" in text:
        kind = "text"
    else:
        kind = "whole number"
    return many + kind + (' or "none known"' if "None" in text else "")


def field_rows(struct: type[msgspec.Struct], hidden: set[str]) -> list[str]:
    """Return a table row for every key of a struct."""
    hints = get_type_hints(struct)
    rows = []
    for field in msgspec.structs.fields(struct):
        if field.name in hidden:
            continue
        key = field.name.removesuffix("_ppb").removesuffix("_fen")
        needed = "yes" if field.required else "no"
        rows.append(f"| `{key}` | {written(field.name, hints[field.name])} | {needed} |")
    return rows


def rulebook_page() -> str:
    """Return the page for people who write a rulebook."""
    head = ["", "| key | how it is written | needed |", "|---|---|---|"]
    out = [
        "# Rows of a rulebook (generated)",
        "",
        "See [how to write a rulebook](../how-to/write-a-rulebook.md) for where the files go.",
        "",
        "## In every row",
        *head,
        *field_rows(Row, set()),
        "",
        "Give either `effective` (first trading day) or `clearing` (the daily clearing at which a",
        "circular takes effect; the row counts from the next trading day).",
        "",
        "## In rows that may hold for some contracts only",
        *head,
        *field_rows(ContractRow, {*Row.__struct_fields__}),
    ]
    headers: list[tuple[str, type[msgspec.Struct]]] = [
        ("[venue]", Venue),
        ("[product]", Product),
        ("[KEY] of sources.toml", Source),
    ]
    for title, struct in headers:
        out += ["", f"## `{title}`", "", inspect.getdoc(struct) or "", *head]
        out += field_rows(struct, {"rows", "venue"})
    for name, kind in KINDS.items():
        out += ["", f"## `[[{name}]]`", "", inspect.getdoc(kind) or "", *head]
        out += field_rows(kind, COMMON)
        if issubclass(kind, ContractRow):
            out += ["", "May hold for some contracts only."]
    return "\n".join(out) + "\n"
