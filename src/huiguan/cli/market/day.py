"""``huiguan day``: a trading day as a folder that can be run again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.market.day_folders import DayDir, check_day
from huiguan.cli.market.rulebook_folders import Folders
from huiguan.cli.progress import Progress, say

if TYPE_CHECKING:
    import numpy as np

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.storage.journal.recovery import Frame

Orders = Annotated[
    Path | None,
    typer.Option("--instructions", metavar="FILE", help="Approved instructions, JSON."),
]

day = typer.Typer(no_args_is_help=True, help="A trading day and its folder.")
app.add_typer(day, name="day")


@day.command()
def verify(
    folder: DayDir,
    keep_events: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the events here, as Parquet.")
    ] = None,
) -> None:
    """Run the day again from its image and compare every hash: files, events, states, the day."""
    import numpy as np

    from huiguan.days.run_again import announce_compiling, verify_day
    from huiguan.storage.journal.recovery import scan_folder

    check_day(folder)
    announce_compiling(lambda text: say(f"verify: {text}"))
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
        from huiguan.storage.market.history import write_events

        for path in write_events(keep_events, np.concatenate(kept)):
            typer.echo(f"events     {path}")


def instructions_of(path: Path | None) -> list[AnyInstruction]:
    """Return the instructions of a file; none without one."""
    from huiguan.storage.market.instruction_files import read_instructions

    return read_instructions(path) if path else []


@day.command("close")
def close_command(folder: DayDir, instructions: Orders = None, rulebook: Folders = None) -> None:
    """Clear a day that is over: settlement prices, profit, margin, fees, calls, statements' data.

    The day is run again from its journal and compared; result, daily files and manifest are
    written. Killed and run again, the same bytes come out.
    """
    from huiguan.cli.market.closed_day import print_closed
    from huiguan.days.close import close_folder
    from huiguan.storage.journal.recovery import scan_folder
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    begun = time.monotonic()
    orders = instructions_of(instructions)
    total = 0
    for frame in scan_folder(folder / "journal"):
        total = frame.last_sequence
    with Progress("close, commands") as progress:
        closed = close_folder(
            folder,
            load_books(*rulebook or ()),
            orders,
            report=lambda step: say(f"close: {step}"),
            watch=lambda sequence: progress(sequence, total),
        )
    print_closed(closed.image, closed.result)
    typer.echo(f"closed: {folder / 'result'}, {time.monotonic() - begun:.2f} s")


@day.command("open")
def open_command(
    folder: DayDir,
    instructions: Orders = None,
    rulebook: Folders = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The new folder; beside DIR by default.")
    ] = None,
) -> None:
    """Make the next trading day's folder from a closed day and approved instructions."""
    from huiguan.days.open import open_next
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    opened = open_next(folder, load_books(*rulebook or ()), instructions_of(instructions), out)
    image = opened.image
    typer.echo(
        f"opened: {opened.root}, trading day {show_day(image.settings.trading_day)},"
        f" {len(image.instruments)} contracts, {len(image.positions):,} positions"
    )
    typer.echo("reconciled: result and instructions give this image, and nothing else")
    for row in opened.forced:
        typer.echo(
            f"forced liquidation: {row.trading_code} {row.instrument} {row.side} {row.lots} lots"
        )


@day.command()
def reconcile(
    folder: DayDir,
    following: Annotated[Path, typer.Argument(metavar="NEXT", help="The next day's folder.")],
    rulebook: Folders = None,
) -> None:
    """Prove that the next day's image follows from the result and the instructions alone."""
    from huiguan.days.reconcile import reconcile_folders
    from huiguan.foundation.faults import CheckFault
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    check_day(following)
    differences = reconcile_folders(folder, following, load_books(*rulebook or ()))
    for line in differences:
        typer.echo(line)
    if differences:
        raise CheckFault(
            f"{following} does not follow from {folder}: {len(differences)} differences"
        )
    typer.echo("good: result and instructions give this image, and nothing else")
