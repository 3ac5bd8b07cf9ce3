"""``huiguan day``: a trading day as a folder that can be run again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.progress import Progress, say

if TYPE_CHECKING:
    import numpy as np

    from huiguan.storage.recovery import Frame

day = typer.Typer(no_args_is_help=True, help="A trading day and its folder.")
app.add_typer(day, name="day")


@day.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A day folder.")],
    keep_events: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the events here, as Parquet.")
    ] = None,
) -> None:
    """Run the day again from its image and compare every hash: files, events, states, the day."""
    import numpy as np

    from huiguan.floor.sequencer import verify_day
    from huiguan.storage.recovery import scan_folder

    say("verify: compiling the core on first use (cached afterwards)")
    total = 0
    with Progress("verify") as progress:
        for frame in scan_folder(folder / "journal"):
            total = frame.last_sequence

        kept: list[np.ndarray] = []

        def watch(frame: Frame, events: np.ndarray) -> None:
            if keep_events:
                kept.append(events.copy())
            progress(frame.last_sequence, total)

        begun = time.monotonic()
        found = verify_day(folder, watch)
        seconds = time.monotonic() - begun
    typer.echo(f"good: {found.sequence:,} commands in {found.frames:,} frames, {seconds:.2f} s")
    typer.echo(f"day hash   {found.day.hex()}")
    if keep_events:
        from huiguan.storage.history import write_events

        for path in write_events(keep_events, np.concatenate(kept)):
            typer.echo(f"events     {path}")
