"""The last line of a command that has a natural next step: the call, as it can be typed."""

import shlex

from huiguan.cli.language import tell


def say_next(*words: object) -> None:
    """Print ``next: huiguan ...``; names with blanks are quoted as a shell needs it."""
    tell(f"next: {shlex.join(['huiguan', *map(str, words)])}")
