"""Progress on stderr: nothing for what is done within a second, one line that moves otherwise."""

from __future__ import annotations

import sys
import time
from typing import Self

from huiguan.cli.language import spoken
from huiguan.exchange.reports.words import left as padded


class Progress:
    """Say what is going on and how far it is; ``with Progress("replay") as say: say(3, 10)``."""

    def __init__(self, what: str) -> None:
        """Begin; nothing is shown before a second has passed."""
        self.what = what
        self._start = self._shown = time.monotonic()
        self._wrote = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``, at most five times a second."""
        share = 100 * done // max(total, 1)
        self._show(f"{done:,} of {total:,} ({share} %)", last=done >= total)

    def step(self, text: str) -> None:
        """Show a step by its name."""
        self._show(text, last=False)

    def _show(self, text: str, *, last: bool) -> None:
        now = time.monotonic()
        if now - self._start < 1 or (now - self._shown < 0.2 and not last):
            return
        self._shown, self._wrote = now, True
        line = spoken(f"{self.what}: {text}")
        sys.stderr.write(f"\r{padded(line, 78)}" if sys.stderr.isatty() else line + "\n")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self._wrote and sys.stderr.isatty():
            sys.stderr.write("\n")


def say(text: str) -> None:
    """Say one line on stderr."""
    sys.stderr.write(spoken(text) + "\n")
    sys.stderr.flush()
