"""The declaration of rule rows: what is a line there is read, asked for, found and shown."""

import re
from pathlib import Path

import pytest
from tools.generate.rulebook_page import rulebook_page

from huiguan.exchange.reports.rule_table import rule_lines
from huiguan.exchange.rules.instruments import select
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.rows import KINDS, NamedRow
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

CFFEX = Path(__file__).parents[2] / "rulebooks" / "cffex"
EVERY = [name for name, kind in KINDS.items() if not issubclass(kind, NamedRow)]
DAY = 20260821


def test_every_kind_is_in_force_and_shown() -> None:
    books = load_books()
    found, product = parameters(books, "cu2609", DAY), books.products["cu"]
    shown = {line.rule for line in rule_lines(books, product, DAY, ["cu2609"])}
    for name in EVERY:
        row = getattr(found, name)
        month, last = found.contract.month, found.contract.last_day
        assert row is select(books, product, KINDS[name], DAY, month, last), name
        assert name.replace("_", " ") in shown
    for name in KINDS:
        assert f"## `[[{name}]]`" in rulebook_page()


def test_rows_by_name_are_those_of_the_contract() -> None:
    books = load_books()
    assert parameters(books, "lu2101", 20201201).last_day_exception[0].last_day == 20201224
    assert parameters(books, "lu2102", 20201201).last_day_exception == ()


@pytest.mark.parametrize("name", EVERY)
def test_a_product_without_a_kind_is_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "cffex"
    folder.mkdir()
    for path in CFFEX.glob("*.toml"):
        kept = re.split(r"(?m)^(?=\[)", path.read_text("utf-8"))
        text = "".join(part for part in kept if not part.startswith(f"[[{name}]]"))
        (folder / path.name).write_text(text, "utf-8")
    with pytest.raises(InputFault, match=rf"IF\.toml: \[\[{name}\]\]: no row for all contracts"):
        load_books(folder)
