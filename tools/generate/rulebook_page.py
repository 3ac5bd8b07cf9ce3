"""The references of rulebook rows: every kind and key, from the structs the loaders fill."""

import inspect
from collections.abc import Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.rows import KINDS, Product, Venue
from huiguan.foundation.cited import Source
from huiguan.housing.rules import HomeRow
from huiguan.storage.homes.rules import BOOKS, table_types
from huiguan.storage.toml import TableKey, keys_of

HEAD = ["", "| key | how it is written | needed |", "|---|---|---|"]
PLAIN = {"Decimal": 'number in quotes: "0.02"', "date": "date: 2026-08-21"}
PLAIN |= {"bool": "true or false", "str": "text", "int": "whole number"}


def written(key: TableKey) -> str:
    """Return how a person writes the value of a key."""
    form, many = key.form, ""
    if get_origin(form) in (Union, UnionType):
        form = get_args(form)[0]
    if get_origin(form) is tuple:
        form, many = get_args(form)[0], "list: "
    words = key.written.words if key.written else plain_words(form)
    return many + words + (' or "none known"' if key.may_be_nothing else "")


def plain_words(form: Any) -> str:  # noqa: ANN401  an annotation
    """Return how a value is written whose type says nothing of its own about it."""
    form = getattr(form, "__origin__", form) if hasattr(form, "__metadata__") else form
    if words := [part for part in get_args(form) if isinstance(part, str)]:
        return "one of " + ", ".join(f"`{word}`" for word in words)
    return PLAIN[form.__name__]


def key_rows(struct: type[msgspec.Struct], hidden: Iterable[str] = ()) -> list[str]:
    """Return a table row for every key of a struct but those of ``hidden`` fields."""
    return [
        f"| `{key.key}` | {written(key)} | {'yes' if key.required else 'no'} |"
        for key in keys_of(struct).values()
        if key.field not in hidden
    ]


def section(title: str, struct: type[msgspec.Struct], hidden: Iterable[str] = ()) -> list[str]:
    """Return the section of a table: what it says and its keys."""
    rows = key_rows(struct, hidden)
    keys = [*HEAD, *rows] if rows else ["", "No keys of its own."]
    return ["", f"## `{title}`", "", inspect.getdoc(struct) or "", *keys]


def rulebook_page() -> str:
    """Return the page for people who write the book of an exchange."""
    out = [
        "# Rows of a rulebook (generated)",
        "",
        "See [how to write a rulebook](../how-to/write-a-rulebook.md) for where the files go.",
        "",
        "## In every row",
        *HEAD,
        *key_rows(MarketRow),
        "",
        "Give either `effective` (first trading day) or `clearing` (the daily clearing at which a",
        "circular takes effect; the row counts from the next trading day).",
        "",
        "## In rows that may hold for some contracts only",
        *HEAD,
        *key_rows(ContractRow, MarketRow.__struct_fields__),
    ]
    out += section("[venue]", Venue, ("rows",))
    out += section("[product]", Product, ("rows", "venue"))
    out += section("[KEY] of sources.toml", Source)
    for name, kind in KINDS.items():
        out += section(f"[[{name}]]", kind, ContractRow.__struct_fields__)
        if issubclass(kind, ContractRow):
            out += ["", "May hold for some contracts only."]
    return "\n".join(out) + "\n"


def defaults(rows: list[str], struct: type[msgspec.Struct]) -> list[str]:
    """Return rows of keys that also say what a key is that is left out."""
    usual = {field.name: field.default for field in msgspec.structs.fields(struct)}
    shown = {key: usual[entry.field] for key, entry in keys_of(struct).items()}
    out = []
    for row in rows:
        default = shown.get(row.split("`")[1]) if "`" in row else None
        said = str(default).lower() if isinstance(default, bool) else default
        worth = row.endswith("| no |") and said not in ("", (), None)
        out.append(row.removesuffix(" no |") + f" no: `{said}` |" if worth else row)
    return out


def example_of(table: str) -> list[str]:
    """Return the first row of a table in the shipped book of Shanghai, as it stands there."""
    texts = [path.read_text("utf-8") for path in sorted((BOOKS / "shanghai").glob("*.toml"))]
    head = f"[[{table}]]\n"
    text = next(text for text in texts if head in text)
    row = text.split(head, 1)[1].split("\n\n", 1)[0].rstrip()
    return ["", "```toml", head + row, "```"]


def home_rulebook_page() -> str:
    """Return the page for people who write the book of a city."""
    out = [
        "# Rows of a housing rulebook (generated)",
        "",
        "A city is a folder of `homes/`; its files may hold any of these tables. A row holds from",
        "its day until a newer row of the same table, name and scheme. `homes rules`, `homes",
        "intake` and `homes template` read it; `--rulebook DIR` names a book of your own. The",
        "examples are rows of the shipped book of Shanghai.",
        "",
        "## In every row",
        *HEAD,
        *defaults(key_rows(HomeRow), HomeRow),
    ]
    out += section("[KEY] of sources.toml", Source)
    for name, kind in table_types().items():
        out += defaults(section(f"[[{name}]]", kind, HomeRow.__struct_fields__), kind)
        out += example_of(name)
    return "\n".join(out) + "\n"
