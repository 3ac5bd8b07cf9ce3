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
from huiguan.cli.language import tell
from huiguan.cli.next_step import say_next
from huiguan.cli.outputs import (
    At,
    Bars,
    Depth,
    Length,
    Levels,
    Minutes,
    Outputs,
    Quoted,
    Ticks,
    Wanted,
)
from huiguan.cli.progress import Progress, say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.day.image import AuctionTie, PriceRule
    from huiguan.floor.files.replay import Replayed
    from huiguan.storage.market.recorded.orders import Recording

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
    trades: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Where the trades go.")
    ] = None,
    price_rule: Annotated[Rule, typer.Option(help="Price of a continuous trade.")] = Rule.resting,
    auction_tie: Annotated[
        Tie, typer.Option(help="Auction price where several give the largest volume.")
    ] = Tie.reference,
    date: Annotated[str, typer.Option(help="Trading day, YYYY-MM-DD.")] = "1970-01-01",
    day: Annotated[Path | None, typer.Option(help="Keep the day folder here.")] = None,
    depth: Depth = None,
    at: At = None,
    levels: Levels = 10,
    bars: Bars = None,
    minutes: Minutes = Length.one,
    ticks: Ticks = None,
) -> None:
    """Replay a recorded day; write input_seq,bid_no,ask_no,price,qty of every trade, in order.

    The book at chosen moments (--depth, --at), bars and quotes can be written instead or as well.
    """
    from huiguan.days.run_again import announce_compiling
    from huiguan.exchange.day.image import AuctionTie, PriceRule
    from huiguan.floor.files.replay import run_replay
    from huiguan.storage.files import STDOUT, refuse_same_file
    from huiguan.storage.lock import hold
    from huiguan.storage.market.recorded.orders import read_recording, write_trades

    wanted = Wanted(depth, at, levels, bars, minutes, ticks)
    if trades is None and not wanted.any():
        raise InputFault("nothing is to be written; name --trades, --depth, --bars or --ticks")
    wanted.refuse(inputs)
    if trades is not None:
        refuse_same_file(trades, inputs)
    when, rules = parse_date(date), (PriceRule[price_rule.upper()], AuctionTie[auction_tie.upper()])
    recording = read_recording(inputs)
    outputs = outputs_of(wanted, recording, when, *rules) if wanted.any() else None
    announce_compiling(lambda text: say(f"replay: {text}"))
    with tempfile.TemporaryDirectory(prefix="huiguan-") as scratch, Progress("replay") as progress:
        begun, folder = time.monotonic(), day or Path(scratch) / "day"
        with hold(folder, "replay"):
            found = run_replay(
                recording,
                folder,
                when,
                *rules,
                progress,
                outputs.hear if outputs else None,
            )
        seconds = time.monotonic() - begun
    if trades is not None:
        write_trades(trades, found.trades)
    lines = outputs.write() if outputs else []
    _report(found, len(recording.action), seconds, trades, lines)
    if day:
        say_next("day", "verify", day, aside=trades == STDOUT)


def outputs_of(
    wanted: Wanted,
    recording: Recording,
    when: dt.date,
    price_rule: PriceRule,
    auction_tie: AuctionTie,
) -> Outputs:
    """Return what hears the replay and writes what is wanted of it."""
    from huiguan.floor.files.recorded import replay_image
    from huiguan.floor.files.replay import points_of, public_image, quoted_of_recording

    trading_day = when.year * 10_000 + when.month * 100 + when.day
    image = replay_image(recording, trading_day, price_rule, auction_tie)
    points = points_of(recording, wanted.points(), when)
    quoted = Quoted(*quoted_of_recording(recording))
    return Outputs(wanted, public_image(image, recording), points, quoted)


def parse_date(text: str) -> dt.date:
    """Return a date whose nanoseconds since 1970 an int64 holds."""
    from huiguan.foundation.calendars import parse_day, to_date

    date = to_date(parse_day(text))
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise InputFault(f"--date {text} does not lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return date


def _report(
    found: Replayed, inputs: int, seconds: float, trades: Path | None, lines: list[str]
) -> None:
    from huiguan.foundation.refusals import BY_NUMBER
    from huiguan.storage.files import STDOUT

    echo = partial(tell, err=trades == STDOUT)  # trades alone on a pipe
    echo(f"inputs     {inputs:,} lines, {found.entered:,} orders, {found.cancelled:,} cancelled")
    for number, count in sorted(found.refused.items()):
        echo(f"refused    {count:,} x {number} {BY_NUMBER[number].english}")
    for seq, price, qty, low, high in found.auctions:
        range_text = "one price" if low == high else f"any price from {low} to {high}"
        echo(f"auction    input {seq}: {price} x {qty:,} ({range_text} gives this volume)")
    written = f" -> {trades}" if trades is not None else ""
    echo(f"trades     {len(found.trades):,}{written}")
    for line in lines:
        echo(line)
    rate = inputs / seconds if seconds else 0
    echo(f"time       {seconds:.2f} s with journal, {rate:,.0f} inputs/s")
    echo(f"day hash   {found.hashes.day.hex()}")
