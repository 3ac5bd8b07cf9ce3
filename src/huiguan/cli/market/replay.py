"""``huiguan replay``: a recorded order-by-order day through the real journal and core."""

from __future__ import annotations

import datetime as dt
import enum
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.progress import Progress, say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.floor.replay import Replayed

FIRST_YEAR, LAST_YEAR = 1970, 2200


class Rule(enum.StrEnum):
    """Price rules by name."""

    resting = "resting"
    middle = "middle"


class Tie(enum.StrEnum):
    """Auction tie rules by name (rulebook 2.2; midpoint as stock exchanges have it)."""

    reference = "reference"
    middle = "middle"
    textbook = "textbook"
    settlement = "settlement"
    midpoint = "midpoint"


@app.command()
def replay(
    inputs: Annotated[Path, typer.Argument(metavar="INPUTS.csv[.gz]")],
    trades: Annotated[Path, typer.Option(metavar="OUT.csv", help="Where the trades go.")],
    price_rule: Annotated[Rule, typer.Option(help="Price of a continuous trade.")] = Rule.resting,
    auction_tie: Annotated[
        Tie, typer.Option(help="Auction price where several give the largest volume.")
    ] = Tie.reference,
    date: Annotated[str, typer.Option(help="Trading day, YYYY-MM-DD.")] = "1970-01-01",
    day: Annotated[Path | None, typer.Option(help="Keep the day folder here.")] = None,
) -> None:
    """Replay a recorded day; write input_seq,bid_no,ask_no,price,qty of every trade, in order."""
    from huiguan.days.run_again import announce_compiling
    from huiguan.exchange.day.image import AuctionTie, PriceRule
    from huiguan.floor.replay import run_replay
    from huiguan.storage.files import refuse_same_file
    from huiguan.storage.lock import hold
    from huiguan.storage.market.recordings import read_recording, write_trades

    refuse_same_file(trades, inputs)
    when = parse_date(date)
    recording = read_recording(inputs)
    announce_compiling(lambda text: say(f"replay: {text}"))
    with tempfile.TemporaryDirectory(prefix="huiguan-") as scratch, Progress("replay") as progress:
        begun, folder = time.monotonic(), day or Path(scratch) / "day"
        with hold(folder, "replay"):
            found = run_replay(
                recording,
                folder,
                when,
                PriceRule[price_rule.upper()],
                AuctionTie[auction_tie.upper()],
                progress,
            )
        seconds = time.monotonic() - begun
    write_trades(trades, found.trades)
    _report(found, len(recording.action), seconds, trades)


def parse_date(text: str) -> dt.date:
    """Return a date whose nanoseconds since 1970 an int64 holds."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise InputFault(f"--date {text!r} is not a date; write it as 2023-07-11") from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise InputFault(f"--date {text} does not lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return date


def _report(found: Replayed, lines: int, seconds: float, path: Path) -> None:
    from huiguan.foundation.refusals import BY_NUMBER
    from huiguan.storage.files import STDOUT

    echo = partial(typer.echo, err=path == STDOUT)  # trades alone on a pipe
    echo(f"inputs     {lines:,} lines, {found.entered:,} orders, {found.cancelled:,} cancelled")
    for number, count in sorted(found.refused.items()):
        echo(f"refused    {count:,} x {number} {BY_NUMBER[number].english}")
    for seq, price, qty, low, high in found.auctions:
        range_text = "one price" if low == high else f"any price from {low} to {high}"
        echo(f"auction    input {seq}: {price} x {qty:,} ({range_text} gives this volume)")
    echo(f"trades     {len(found.trades):,} -> {path}")
    rate = lines / seconds if seconds else 0
    echo(f"time       {seconds:.2f} s with journal, {rate:,.0f} inputs/s")
    echo(f"day hash   {found.hashes.day.hex()}")
