"""``huiguan day``: a trading day as a folder that can be run again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import (
    By,
    Correct,
    DayDir,
    Folders,
    check_day,
    decision_of,
    require_day,
    say_standing,
    standing_words,
)
from huiguan.cli.next_step import laid_over, say_next
from huiguan.cli.outputs import (
    At,
    Bars,
    Depth,
    Length,
    Levels,
    Minutes,
    Outputs,
    Ticks,
    Wanted,
    points_of_day,
    quoted_of,
)
from huiguan.cli.progress import Progress, say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import numpy as np

    from huiguan.days.verify import VerifiedDay
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.rules.rows import Books
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
    rulebook: Folders = None,
    depth: Depth = None,
    at: At = None,
    levels: Levels = 10,
    bars: Bars = None,
    minutes: Minutes = Length.one,
    ticks: Ticks = None,
) -> None:
    """Prove a day: run it again, clear it again, and compare every file, event, state and result.

    Books laid over the shipped ones at the close (--rulebook) are needed here too. What everybody
    saw of the day can be written: the book at chosen moments (--depth, --at), bars, quotes.
    """
    from huiguan.days.run_again import announce_compiling, frame_commands
    from huiguan.days.verify import verify_folder
    from huiguan.storage.journal.recovery import scan_folder
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    wanted = Wanted(depth, at, levels, bars, minutes, ticks)
    books = load_books(*rulebook or ())
    outputs = outputs_of(wanted, folder, books) if wanted.any() else None
    announce_compiling(lambda text: say(f"verify: {text}"))
    total = 0
    kept: list[tuple[int, np.ndarray]] = []
    with Progress("verify") as progress:
        for frame in scan_folder(folder / "journal") if (folder / "journal").exists() else ():
            total = frame.last_sequence

        def watch(frame: Frame, events: np.ndarray) -> None:
            if keep_events:
                kept.append((frame.header.time_ns, events.copy()))
            if outputs:
                head = frame.header
                outputs.hear(head.time_ns, head.first_sequence, frame_commands(frame), events)
            progress(frame.last_sequence, total)

        begun = time.monotonic()
        found = verify_folder(folder, books, watch, progress.step)
        seconds = time.monotonic() - begun
    if (hashes := found.hashes) is None:
        tell("good: the files; the trading of this day has not begun")
    else:
        frames = f"{hashes.sequence:,} commands in {hashes.frames:,} frames"
        tell(f"good: {frames}, {seconds:.2f} s\nday hash   {hashes.day.hex()}")
    if keep_events:
        write_kept(folder, keep_events, kept)
    for line in outputs.write() if outputs else ():
        tell(line)
    print_proofs(folder, found)
    say_after_proof(folder, found, rulebook)


def outputs_of(wanted: Wanted, folder: Path, books: Books) -> Outputs:
    """Return what hears a day in a folder and writes what is wanted of it."""
    from huiguan.exchange.market_data.auction_depth import shown_in_auctions
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import read_image

    asked, image = wanted.points(), read_image(DayFolder(folder).image)
    points, shown = points_of_day(image, asked), shown_in_auctions(books, image)
    return Outputs(wanted, image, points, quoted_of(image), shown)


def write_kept(folder: Path, out: Path, kept: list[tuple[int, np.ndarray]]) -> None:
    """Write the events of frames, each with the time of its frame, as Parquet."""
    import numpy as np

    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import read_image
    from huiguan.storage.market.history import write_events

    pieces = [events.reshape(-1) for _, events in kept]
    counts = [len(piece) // 64 for piece in pieces]
    times = np.repeat(np.array([time_ns for time_ns, _ in kept], np.int64), counts)
    events = np.concatenate([np.zeros(0, np.uint8), *pieces])
    for path in write_events(out, read_image(DayFolder(folder).image), events, times):
        tell(f"events     {path}")


def say_after_proof(folder: Path, found: VerifiedDay, rulebook: Folders) -> None:
    """Say what is done next with a day that was verified: run it, close it, open the day after."""
    from huiguan.days.open import is_opened
    from huiguan.days.versions import next_root
    from huiguan.storage.market.day_result import read_result_settings

    if found.hashes is None:
        say_next("day", "run", folder, "--orders", "FILE.csv")
    elif not found.versions:
        say_next("day", "close", folder, *laid_over(rulebook))
    else:
        following = read_result_settings(folder / "result").next_trading_day
        if not is_opened(next_root(folder, following)):
            say_next("day", "open", folder, *laid_over(rulebook))


def print_proofs(folder: Path, found: VerifiedDay) -> None:
    """Print what was proved of morning and result; what the books cannot prove is an InputFault."""
    unproved = []
    if found.origin and found.origin.day is None:
        tell(f"morning    not compared: {found.origin.unproved}")
    elif found.origin and found.origin.day:
        made = f"version {found.origin.version} of {found.origin.day.name} and its instructions"
        proof = "not proved to follow" if found.origin.unproved else "follows"
        tell(f"morning    {proof} from {made}")
        unproved.append(("its morning", found.origin.unproved))
    for row in found.versions:
        proof = f"not proved: {row.unproved}" if row.unproved else "cleared again, every file equal"
        if why := row.correction:
            tell(f"result     version {row.number} ({why.decided_by}: {why.reason}): {proof}")
        else:
            tell(f"result     version {row.number}: {proof}")
    if not found.versions:
        tell("result     none: the day is not closed")
    if found.standing:
        tell(standing_words(folder, found.standing))
    unproved += [("its result", row.unproved) for row in found.versions[-1:]]
    for what, reason in unproved:
        if reason:
            raise InputFault(
                f"{folder}: {what} is not proved, because {reason}; lay over the books it was made"
                " with (--rulebook DIR), or use the version of Huiguan that made it"
            )


def instructions_of(path: Path | None) -> list[AnyInstruction] | None:
    """Return the instructions of a file; None without one."""
    from huiguan.storage.market.instruction_files import read_instructions

    return read_instructions(path) if path else None


@day.command("close")
def close_command(
    folder: DayDir,
    instructions: Orders = None,
    rulebook: Folders = None,
    correct: Correct = None,
    by: By = None,
) -> None:
    """Clear a day that is over: settlement prices, profit, margin, fees, calls, statements' data.

    The day is run again from its journal and compared; result, daily files and manifest take their
    place in one step. A closed day is closed again only with --correct, as a new version.
    """
    from huiguan.cli.market.closed_day import print_closed, print_effects
    from huiguan.days.close import close_folder
    from huiguan.days.open import is_opened
    from huiguan.days.versions import next_root
    from huiguan.exchange.day.instructions.base import Stage
    from huiguan.exchange.day.instructions.every import of_stage
    from huiguan.exchange.evening.decided.at_close import effects_at_close
    from huiguan.storage.journal.recovery import scan_folder
    from huiguan.storage.market.day_folder import refuse_unbegun
    from huiguan.storage.market.rulebooks.load import load_books

    require_day(folder)
    refuse_unbegun(folder)
    begun = time.monotonic()
    orders, decision = instructions_of(instructions), decision_of(correct, by)
    total = 0
    for frame in scan_folder(folder / "journal"):
        total = frame.last_sequence
    with Progress("close, commands") as progress:
        closed = close_folder(
            folder,
            load_books(*rulebook or ()),
            orders,
            report=lambda step: say(f"close: {step}"),
            watch=lambda frame, _: progress(frame.last_sequence, total),
            decision=decision,
        )
    print_closed(closed.image, closed.result)
    print_effects(effects_at_close(closed.image, closed.result, orders or ()))
    tell(f"closed: {folder / 'result'}, {time.monotonic() - begun:.2f} s")
    say_standing(folder)
    following = next_root(folder, closed.result.settings.next_trading_day)
    if decision is not None:
        tell(f"corrected: the version before is kept in {folder / 'versions'}")
        if is_opened(following):
            say_standing(following)
    waiting = of_stage(orders or (), Stage.OPENING)
    if waiting:
        tell(f"left for the opening: {', '.join(row.reference for row in waiting)}")
    given = ("--instructions", instructions) if waiting else ()
    again = ("--correct", "WHY") if is_opened(following) else ()
    say_next("day", "open", folder, *given, *again, *laid_over(rulebook))


@day.command("open")
def open_command(
    folder: DayDir,
    instructions: Orders = None,
    rulebook: Folders = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The new folder; beside DIR by default.")
    ] = None,
    correct: Correct = None,
    by: By = None,
    waiting: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A folder of instructions that wait; what cannot be followed is left out.",
        ),
    ] = None,
) -> None:
    """Make the next trading day's folder from a closed day and approved instructions.

    An open day is opened otherwise only with --correct, and before its trading has begun.
    """
    from huiguan.cli.market.closed_day import print_close_only, print_effects
    from huiguan.days.open import open_next
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    opened = open_next(
        folder,
        load_books(*rulebook or ()),
        instructions_of(instructions),
        out,
        decision=decision_of(correct, by),
        waiting=waiting,
    )
    image = opened.image
    what = "opened" if opened.written else "open already, the same"
    tell(
        f"{what}: {opened.root}, trading day {show_day(image.settings.trading_day)},"
        f" {len(image.instruments)} contracts, {len(image.positions):,} positions"
    )
    tell("reconciled: result and instructions give this image, and nothing else")
    say_standing(folder)
    for row in opened.forced:
        tell(f"forced liquidation: {row.trading_code} {row.instrument} {row.side} {row.lots} lots")
    print_effects(opened.effects)
    for one in opened.left_out:
        tell(f"left out: {one.reference}: {one.why}")
    print_close_only(opened.image)
    say_next("day", "reconcile", folder, opened.root, *laid_over(rulebook))


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
    say_standing(following)
    differences = reconcile_folders(folder, following, load_books(*rulebook or ()))
    for line in differences:
        tell(line)
    if differences:
        raise CheckFault(
            f"{following} does not follow from {folder}: {len(differences)} differences"
        )
    tell("good: result and instructions give this image, and nothing else")
    if (following / "journal").exists():
        say_next("day", "verify", following, *laid_over(rulebook))
    else:
        say_next("day", "run", following, "--orders", "FILE.csv")
