"""``--rulebook DIR``: what every command that reads rules takes."""

from pathlib import Path
from typing import Annotated

import typer

Folders = Annotated[
    list[Path] | None,
    typer.Option("--rulebook", metavar="DIR", help="Books laid over the shipped ones; repeatable."),
]
