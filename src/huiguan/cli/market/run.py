"""``huiguan day run``: a day that was opened, run with somebody's orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli.market.day import day
from huiguan.cli.market.day_folders import DayDir, check_day
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say


@day.command("run")
def run_command(
    folder: DayDir,
    orders: Annotated[Path, typer.Option(metavar="FILE.csv", help="One row an order or cancel.")],
) -> None:
    """Run an opened day with the orders of a file, to its end; then `day close` clears it.

    Columns: time, code, contract, side, price, lots; offset, hedge, time_in_force, minimum_lots, id
    and action (enter or cancel) where they differ from an opening order for the day.
    """
    from huiguan.days.run_again import announce_compiling
    from huiguan.floor.day_orders import run_day
    from huiguan.foundation.refusals import BY_NUMBER
    from huiguan.storage.market.order_file import read_order_rows

    check_day(folder)
    rows = read_order_rows(orders)
    announce_compiling(lambda text: say(f"day run: {text}"))
    found = run_day(folder, rows)
    typer.echo(f"{found.rows:,} rows sent, {found.trades:,} trades; the day is over")
    for number, count in sorted(found.refused.items()):
        typer.echo(f"refused {count:,} x {number} {BY_NUMBER[number].english}")
    typer.echo(f"day hash   {found.hashes.day.hex()}")
    say_next("day", "close", folder)
