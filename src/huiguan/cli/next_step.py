"""The last line of a command that has a natural next step: the call, as it can be typed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from huiguan.cli.language import tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def say_next(*words: object, aside: bool = False) -> None:
    """Print ``next: huiguan ...``; names with blanks are quoted as a shell needs it.

    ``aside`` prints it on stderr, where what a command prints is a file for somebody else.
    """
    tell(f"next: {shlex.join(['huiguan', *map(str, words)])}", err=aside)


def laid_over(rulebook: Iterable[Path] | None) -> list[object]:
    """Return the words that lay the same books over in the next command."""
    return [word for folder in rulebook or () for word in ("--rulebook", folder)]
