"""``huiguan day first``, ``day run``: a market of one's own begins, and runs with one's orders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli.language import tell
from huiguan.cli.market.day import day
from huiguan.cli.market.folders import DayDir, Folders, check_day
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say

if TYPE_CHECKING:
    from huiguan.simulation.market.run import CrowdBeside
    from huiguan.simulation.recorded.ghosts import Ghosts


@day.command("first")
def first_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The first trading day.")],
    instructions: Annotated[
        Path, typer.Option(metavar="FILE", help="Products, members, codes and money, JSON.")
    ],
    rulebook: Folders = None,
) -> None:
    """Open the first day of a market from instructions: ListProduct, AdmitMember and so on."""
    from huiguan.cli.market.closed_day import print_close_only, print_effects
    from huiguan.days.first import open_first
    from huiguan.foundation.calendars import parse_day, show_day
    from huiguan.storage.market.instruction_files import read_instructions
    from huiguan.storage.market.rulebooks.load import load_books

    orders = read_instructions(instructions)
    opened = open_first(folder, load_books(*rulebook or ()), parse_day(on), orders)
    settings, codes = opened.image.settings, opened.image.trading_codes
    tell(
        f"opened: {opened.root}, trading day {show_day(settings.trading_day)},"
        f" {len(opened.image.instruments)} contracts, {len(codes):,} trading codes"
    )
    print_effects(opened.effects)
    print_close_only(opened.image)
    say_next("day", "run", folder, "--orders", "FILE.csv")


@day.command("run")
def run_command(
    folder: DayDir,
    orders: Annotated[Path, typer.Option(metavar="FILE.csv", help="One row an order or cancel.")],
    quotes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recorded quotes that stand in the book.")
    ] = None,
    house: Annotated[
        str | None, typer.Option(metavar="CODE", help="The trading code that quotes them.")
    ] = None,
    crowd: Annotated[
        int | None, typer.Option(metavar="SEED", min=0, help="Simulated people trade as well.")
    ] = None,
    closing: Annotated[
        str,
        typer.Option(
            metavar="as_sent|history|today",
            help="Which lots a plain close takes first, of history or of today.",
        ),
    ] = "as_sent",
) -> None:
    """Run an opened day with the orders of a file, to its end; then `day close` clears it.

    Columns: time, code, contract, side, price, lots; offset, hedge, time_in_force, minimum_lots, id
    and action (enter or cancel) where they differ from an opening order for the day.
    """
    from huiguan.days.run_again import announce_compiling
    from huiguan.floor.files.day_orders import run_day
    from huiguan.foundation.refusals import BY_NUMBER
    from huiguan.storage.market.order_file import read_order_rows

    check_day(folder)
    rows = read_order_rows(orders, say)
    people, ghosts = beside(folder, quotes, house, crowd)
    announce_compiling(lambda text: say(f"day run: {text}"))
    found = run_day(folder, rows, [each for each in (people, ghosts) if each is not None], closing)
    tell(f"{found.rows:,} rows sent, {found.trades:,} trades; the day is over")
    for number, count in sorted(found.refused.items()):
        tell(f"refused {count:,} x {number} {BY_NUMBER[number].english}")
    if ghosts is not None:
        tell(f"recorded quotes: {ghosts.quoted:,} stood in the book, by {house}")
        for number, count in sorted(ghosts.refused.items()):
            tell(f"refused to {house}: {count:,} x {number} {BY_NUMBER[number].english}")
    tell(f"day hash   {found.hashes.day.hex()}")
    say_next("day", "close", folder)


def beside(
    folder: Path, quotes: Path | None, house: str | None, crowd: int | None
) -> tuple[CrowdBeside | None, Ghosts | None]:
    """Return who acts beside the orders: simulated people, and recorded quotes."""
    from huiguan.foundation.faults import InputFault
    from huiguan.simulation.market.run import CrowdBeside
    from huiguan.simulation.recorded.ghosts import Ghosts, ticks_of
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import read_image
    from huiguan.storage.market.recorded.ticks import read_ticks

    if (quotes is None) != (house is None):
        raise InputFault("--quotes FILE and --house CODE go together: whose orders the record is")
    if quotes is None and crowd is None:
        return None, None
    image = read_image(DayFolder(folder).image)
    people = None if crowd is None else CrowdBeside(image, crowd)
    if quotes is None or house is None:
        return people, None
    codes = image.names.trading_codes
    if house not in codes:
        raise InputFault(f"trading code {house!r} is not in this day's image, which has {codes[0]}")
    first = 1 + (people.sessions if people else 0)
    return people, Ghosts(image, ticks_of(image, read_ticks(quotes)), codes.index(house), first)
