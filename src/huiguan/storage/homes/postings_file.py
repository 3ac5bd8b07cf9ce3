"""Postings as a CSV file, in the order they were made."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from huiguan.foundation.postings import Posting
from huiguan.storage.files import Files, write_file

COLUMNS = ("book", "reference", "debit", "credit", "amount_fen", "text")


def write_postings(path: Path, postings: Sequence[Posting]) -> None:
    """Write postings; every line moves ``amount_fen`` from credit to debit."""
    columns = {name: [getattr(row, name) for row in postings] for name in COLUMNS}
    write_file(path, [pl.DataFrame(columns).write_csv().encode()], Files())
