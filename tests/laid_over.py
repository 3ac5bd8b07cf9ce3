"""Rulebooks with rows added to the shipped ones."""

from pathlib import Path

from huiguan.exchange.rules.rows import Books
from huiguan.storage.market.rulebooks.load import load_books

SHIPPED = Path(__file__).parents[1] / "src" / "huiguan" / "rulebooks"


def laid_over(folder: Path, file: str, *rows: str) -> Books:
    """Return the shipped books with rows added to one file."""
    target = folder / file
    target.parent.mkdir(parents=True, exist_ok=True)
    text = (target if target.exists() else SHIPPED / file).read_text(encoding="utf-8")
    target.write_text("\n".join([text, *rows]), encoding="utf-8")
    return load_books(folder)


def row(kind: str, effective: str, **values: str) -> str:
    """Return a row of a rulebook as text."""
    cited = {"article": '"test"', "source": '"N73"', "status": '"invented"'}
    lines = [f"{key} = {value}" for key, value in (values | cited).items()]
    return "\n".join([f"\n[[{kind}]]", effective, *lines])
