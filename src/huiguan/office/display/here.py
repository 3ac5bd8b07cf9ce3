"""What the pages of this process show: the market that is followed, the rulebooks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from huiguan.office.display.preferences import words_of
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.rules.rows import Books
    from huiguan.office.feed.follower import Follower


class Shown:
    """A hall as its pages know it; the rulebooks are read once, when they are asked for."""

    def __init__(self, follower: Follower, rulebook: Sequence[str] = (), static: str = "") -> None:
        """Show a hall; ``static`` is the address of what belongs to the pages."""
        self.follower, self.static = follower, static
        self.folders = tuple(rulebook)  # laid over the shipped ones
        self._books: Books | None = None
        self._one = threading.Lock()

    @property
    def books(self) -> Books:
        """The rulebooks of the hall."""
        with self._one:
            if self._books is None:
                self._books = load_books(*self.folders)
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
