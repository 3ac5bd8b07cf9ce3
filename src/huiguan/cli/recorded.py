"""``huiguan import ticks``: somebody's recorded ticks become a quote file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.next_step import say_next
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import polars as pl

importing = typer.Typer(no_args_is_help=True, help="Recordings in the forms others keep them in.")
app.add_typer(importing, name="import")


@importing.command("ticks")
def ticks_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, plain or .gz, or Parquet.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The quote file.")] = Path(
        "quotes.parquet"
    ),
    contract: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="Of a file that does not name it.")
    ] = None,
    day: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Open the day of the recording here.")
    ] = None,
) -> None:
    """Read ticks under the names of CTP, vn.py, tqsdk or plain CSV into one quote file."""
    from huiguan.storage.files import refuse_same_file
    from huiguan.storage.market.recorded.ticks import depth_of, read_ticks, write_quotes

    refuse_same_file(out, file)
    quotes = read_ticks(file, contract)
    write_quotes(out, quotes)
    contracts = quotes["contract"].unique(maintain_order=True).to_list()
    tell(f"{len(quotes):,} ticks of {', '.join(contracts)}; levels a side: {depth_of(quotes)}")
    tell(f"{int(quotes['traded_lots'].sum()):,} lots traded between them; quotes: {out}")
    if day is not None:
        open_recorded_day(day, quotes)


def open_recorded_day(folder: Path, quotes: pl.DataFrame) -> None:
    """Write the image of the recorded contracts in a folder that holds no day."""
    from huiguan.cli.market.folders import is_day
    from huiguan.floor.files.recorded import quoted_image
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import write_image

    if is_day(folder):
        raise InputFault(f"{folder} is a trading day already; name a new folder")
    image = quoted_image(quotes, {})
    write_image(DayFolder(folder).image, image)
    first, last = image.names.trading_codes[0], image.names.trading_codes[-1]
    tell(f"opened: {folder}, trading codes {first} to {last}; nobody is asked for money")
    say_next("day", "run", folder, "--orders", "FILE.csv", "--quotes", "FILE", "--house", first)
