"""``huiguan import ticks``: somebody's recorded ticks become a quote file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell

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
