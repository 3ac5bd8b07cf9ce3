"""What is wrong with a cell that somebody wrote, by row and column."""

from typing import NamedTuple


class CellFault(NamedTuple):
    """What is wrong with a cell, where it stands, in the order of the file."""

    line: int
    column: str
    sentence: str
    table: str = ""  # empty: of people

    def told(self) -> str:
        """Return it as a line."""
        return f"row {self.line}, column {self.column}: {self.sentence}"
