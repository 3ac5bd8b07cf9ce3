"""The reference of every file that people write for homes and rounds, from their declarations."""

from collections.abc import Sequence

import msgspec

from huiguan.foundation.readers.sheets import Column, Table
from huiguan.housing.allocation.reserves import Policy, SlotRule
from huiguan.housing.leasing.columns import (
    ANSWER_COLUMNS,
    BANK_COLUMNS,
    KEPT_COLUMNS,
    OFFER_COLUMNS,
    TABLES,
)
from huiguan.housing.people.forms import PEOPLE, fact_columns
from huiguan.housing.round.frozen import PartyPledge, RoundHead
from huiguan.storage.homes.declared import (
    DECISIONS,
    ESTATE,
    HEAD_KEYS,
    PARTY_KEYS,
    POLICY_KEYS,
    ROUND,
    SLOT_KEYS,
)
from huiguan.storage.homes.rules import read_home_rules

HEAD = [
    "",
    "| column | how it is written | what it says | example | needed |",
    "|---|" + "---|" * 4,
]
KEYS = [HEAD[0], HEAD[1].replace("column", "key"), HEAD[2]]
FILES = """\
# Files of homes and rounds (generated)

Every column and key that a person writes. A table may be CSV (UTF-8 with or without a byte order
mark, or GB18030 and so GBK) or a spreadsheet of the same name, `places.xlsx` for `places.csv`: the
sheet named like the table, else the first one that is not empty. Columns may stand in any order,
and one that is not needed may be left out. What was no UTF-8 is said on stderr.

In a spreadsheet a date cell is the day, a number is what a person would write, true and false are
`yes` and `no`, of a formula the last value counts, and text keeps its leading zeros. An error cell,
and a number of more than 15 digits, are refused by the name of the cell.

`huiguan homes template DIR` writes all of them with their heads, and
[how to run a round](../how-to/run-a-housing-round.md) goes through them. The rules of a city have
[a page of their own](home_rulebook.md), and so has [the round folder](round_folder.md)."""
PEOPLE_SAID = """\
A row for each person who will live in a home; rows with one `application` belong together, and the
first is the applicant's. What concerns the whole stands in that row. An empty fact is unknown, and
an unknown fact refuses. Read by `homes intake`."""
LEASED = """\
`huiguan lease template DIR` writes the four tables below with their heads. Money is written in
yuan. A home is found in `rents.csv` by its own code, else by its programme."""
WRITTEN = """\
Commands write `payments.csv`, the lines of the bank with the account each was posted to, and
`postings.csv`: day, book, reference, debit, credit, amount, text. A charge counts from the day by
which it is due, a payment from the day it came; `rent/2026-10/L0001/P03` is what P03 owes of L0001
for October, and a `/2` behind it corrects it. Nobody edits a posting."""
OFFERED = """\
`huiguan lease offer` and `lease sign` write `offers.csv`, every offer of a round's homes and where
it stands, and `answers.csv`, what the round is to hear by `huiguan round allocate --answers`: who
signed has `settled`, who is out of line has `withdrawn`."""
OTHERS = """\
### Other files of `rules/`

Any `*.toml` there travels with the round, byte for byte, and is public: the city's rules in force,
for example."""


def written(column: Column) -> str:
    """Return how a cell is written, and its words where it has some."""
    words = ", ".join(f"`{word}`" for word in column.words)
    return f"one of {words}" if words else column.form


def shown(text: str) -> str:
    """Return an example as code, nothing for none."""
    return f"`{text}`" if text else ""


def needed(column: Column) -> str:
    """Return whether a column is needed, and what it is where it is left out."""
    if column.default is None:
        return "yes"
    return f"no: `{column.default}`" if column.default else "no: empty"


def column_rows(columns: Sequence[Column]) -> list[str]:
    """Return a row for every column; the Chinese head stands beside the other."""
    return [
        f"| `{c.name}`{f' or {c.chinese}' if c.chinese else ''} | {written(c)} | {c.says} |"
        f" {shown(c.example)} | {needed(c)} |"
        for c in columns
    ]


def table_section(table: Table) -> list[str]:
    """Return the section of a table."""
    read = ", ".join(f"`{command}`" for command in table.read_by)
    rows = column_rows(table.columns)
    return ["", f"### `{table.file}`", "", table.says, f"Read by {read}.", *HEAD, *rows]


def key_section(
    title: str, says: str, struct: type[msgspec.Struct], columns: Sequence[Column]
) -> list[str]:
    """Return the section of a table of TOML; what is needed says the struct that is filled."""
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    assert list(fields) == [column.name for column in columns], struct
    rows = []
    for c in columns:
        usual = fields[c.name].default
        text = "" if usual in ("", ()) else str(usual).lower() if usual in (True, False) else usual
        need = "yes" if fields[c.name].required else f"no: `{text}`" if text != "" else "no: empty"
        rows.append(f"| `{c.name}` | {written(c)} | {c.says} | {shown(c.example)} | {need} |")
    return ["", title, "", says, *KEYS, *rows]


def files_page() -> str:
    """Return the page of every file that people write."""
    out = [FILES, "", "## The estate: a folder"]
    for table in ESTATE:
        out += table_section(table)
    out += [
        "",
        "## The people: a table of any name",
        "",
        PEOPLE_SAID,
        *HEAD,
        *column_rows(PEOPLE),
        "",
        "And the facts that the rules of the city ask for; these are Shanghai's:",
        *HEAD,
        *column_rows(fact_columns(read_home_rules())),
        "",
        "## What was decided of people alike",
        *table_section(DECISIONS),
        "",
        "## The round: its input folder",
        "",
        "`homes intake` writes the tables; `answers.csv` comes later.",
    ]
    for table in ROUND:
        out += table_section(table)
    out += key_section("### `round.toml`", "Read by `round freeze`.", RoundHead, HEAD_KEYS)
    out += key_section("#### `[[party]]`", "One for each party.", PartyPledge, PARTY_KEYS)
    out += key_section(
        "### `[[policy]]` of `rules/policies.toml`", "Read by `round freeze`.", Policy, POLICY_KEYS
    )
    out += key_section(
        "#### `[[policy.slot]]`",
        "Of `own`, `seats` and `share` at most one says how many.",
        SlotRule,
        SLOT_KEYS,
    )
    out += ["", OTHERS, "", "## Leases: a folder", "", LEASED]
    for name, (says, read_by, columns) in TABLES.items():
        out += table_section(Table(name, says, read_by, columns))
    bank = Table("A bank's lines", "What came, a table of any name.", ("lease pay",), BANK_COLUMNS)
    out += table_section(bank)
    says = "What people say to their offers, a table of any name."
    out += table_section(Table("Answers to offers", says, ("lease sign",), ANSWER_COLUMNS))
    out += ["", "### Offers", "", OFFERED, *HEAD, *column_rows(OFFER_COLUMNS)]
    out += ["", "### What commands write", "", WRITTEN, *HEAD, *column_rows(KEPT_COLUMNS)]
    return "\n".join(out) + "\n"
