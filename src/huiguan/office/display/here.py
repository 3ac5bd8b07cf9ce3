"""What the pages of this process show: the market that is followed, the rulebooks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from huiguan.office.display.preferences import words_of
from huiguan.storage.market.rulebooks.circulars import own_books
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.rules.rows import Books
    from huiguan.office.feed.follower import Follower


class Shown:
    """A hall as its pages know it; its rulebooks are read again with each circular."""

    def __init__(self, follower: Follower, rulebook: Sequence[str] = (), static: str = "") -> None:
        """Show a hall; ``static`` is the address of what belongs to the pages."""
        self.follower, self.static = follower, static
        self.own_folders = tuple(map(Path, rulebook))  # without its circulars
        self._books: Books | None = None
        self._books_of: tuple[Path, ...] = ()
        self._one = threading.Lock()

    @property
    def folders(self) -> tuple[Path, ...]:
        """The own books of the hall, laid over the shipped ones: its circulars are the last."""
        return (*self.own_folders, *own_books(self.follower.places.days.parent))

    @property
    def books(self) -> Books:
        """The rulebooks of the hall as they are now."""
        folders = self.folders
        with self._one:
            if self._books is None or folders != self._books_of:
                self._books, self._books_of = load_books(*folders), folders
            return self._books

    def warm(self) -> None:
        """Read what every page needs, before somebody waits for it."""
        _ = self.books, words_of("zh")


_shown: list[Shown] = []


def show(shown: Shown) -> None:
    """Let the pages of this process show a hall."""
    _shown[:] = [shown]


def shown() -> Shown:
    """Return what the pages show."""
    assert _shown, "`show` comes before the first page"
    return _shown[0]
