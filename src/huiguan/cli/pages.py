"""How wide a table is: as the terminal, or as a page where it goes into a file or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PAGE_COLUMNS = 160


def page_console(columns: int) -> Console:
    """Return the console to print on; ``columns`` is the width of a page."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=columns)
