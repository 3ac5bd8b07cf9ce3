"""``huiguan market``, ``huiguan orders``: what happened on a recorded day, as a person reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, spoken_head, tell
from huiguan.cli.market.folders import DayDir, check_begun
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import Progress, say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import polars as pl

    from huiguan.days.market import Hear, RecordedMarket
    from huiguan.exchange.reports.candles import DrawnSession

MOST_ROWS = 60


Length = Annotated[int, typer.Option("--minutes", metavar="1|5|15|60", help="Length of a bar.")]


def read(folder: Path, hear: Hear | None = None) -> RecordedMarket:
    """Run a day again and return what happened on it; ``hear`` is given each frame."""
    from huiguan.days.market import read_market
    from huiguan.days.run_again import announce_compiling
    from huiguan.storage.journal.recovery import scan_folder

    check_begun(folder)
    announce_compiling(lambda text: say(f"market: {text}"))
    total = max((frame.last_sequence for frame in scan_folder(folder / "journal")), default=0)
    with Progress("market, commands") as progress:
        return read_market(folder, lambda sequence: progress(sequence, total), hear)


@app.command()
def market(
    folder: DayDir,
    contract: Annotated[
        str | None, typer.Argument(metavar="[CONTRACT]", help="As cu2610; all that traded without.")
    ] = None,
    minutes: Length = 15,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the candles as a page.")
    ] = None,
) -> None:
    """Show the session of a contract, bar by bar with a chart; without one, all that traded."""
    found = read(folder)
    if contract is None:
        if html:
            raise InputFault("--html draws one contract; name it, as cu2610")
        busiest = print_contracts(found)
        if busiest is not None:
            say_next("market", folder, busiest)
        return
    from huiguan.exchange.reports.candles import PageWords, candle_page, session_of

    session = session_of(found.image, found.events, contract, minutes)
    print_session(session, minutes)
    if html:
        from huiguan.storage.files import write_output

        words = PageWords(language(), spoken, spoken_head)
        write_output(html, candle_page(session, words).encode())
        tell(f"page: {html}")
    if (folder / "result" / "result.json").exists():
        say_next("explain", folder, "--settlement", contract)
    else:
        say_next("export", folder, "market")


def print_session(session: DrawnSession, minutes: int) -> None:
    """Print the bars of a contract as a table, then as candles."""
    from huiguan.cli.tables import room, show_table
    from huiguan.exchange.reports.candles import candle_lines

    price = session.price
    show_table(
        f"{session.contract}, {session.trading_day}, bars of {minutes} min",
        ("start", "close", "volume", "high", "low", "open", "open interest"),
        [
            (
                start,
                price(int(bar["close_ticks"])),
                f"{bar['volume_lots']:,}",
                price(int(bar["high_ticks"])),
                price(int(bar["low_ticks"])),
                price(int(bar["open_ticks"])),
                f"{bar['open_interest_lots']:,}",
            )
            for start, bar in zip(session.starts, session.bars, strict=True)
        ],
    )
    margin = max(len(price(int(bar["high_ticks"]))) for bar in session.bars) + 1
    for label, characters in candle_lines(session, columns=max(8, min(72, room() - margin - 1))):
        tell(f"{label:>{margin}} {characters}".rstrip())


def print_contracts(found: RecordedMarket) -> str | None:
    """Print every contract that traded: last, range, volume, open interest; return the busiest."""
    import numpy as np

    from huiguan.cli.tables import show_table
    from huiguan.exchange.reports.candles import session_price
    from huiguan.exchange.reports.market_frames import contract_bars
    from huiguan.foundation.calendars import show_day

    image, rows = found.image, []
    for instrument in np.unique(found.events.trades["instrument"]).tolist():
        bars, price = (
            contract_bars(image, found.events, instrument, 60),
            session_price(image, instrument),
        )
        settled = int(image.instruments[instrument]["previous_settlement_ticks"])
        last = int(bars["close_ticks"][-1])
        rows.append(
            (
                image.names.instruments[instrument],
                price(last),
                price(last - settled),
                f"{bars['volume_lots'].sum():,}",
                f"{bars['open_interest_lots'][-1]:,}",
                price(int(bars["high_ticks"].max())),
                price(int(bars["low_ticks"].min())),
                price(int(bars["open_ticks"][0])),
            )
        )
    heads = ("contract", "last", "change", "volume", "open interest", "high", "low", "open")
    day = show_day(image.settings.trading_day)
    show_table(f"{len(rows)} contracts that traded on trading day {day}", heads, rows)
    if not rows:
        return None
    trades = found.events.trades
    return image.names.instruments[int(np.bincount(trades["instrument"], trades["lots"]).argmax())]


@app.command()
def orders(
    folder: DayDir,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A trading code.")],
    contract: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="Only this contract.")
    ] = None,
    as_csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all of them here as well.")
    ] = None,
) -> None:
    """Show the orders and trades of a trading code, with the command numbers `explain` takes."""
    from huiguan.exchange.reports.market_frames import orders_of_code, trades_of_code

    found = read(folder)
    if code not in found.image.names.trading_codes:
        raise InputFault(
            f"{code!r} is no trading code of this day; they are written as"
            f" {found.image.names.trading_codes[0]}"
        )
    if contract is not None and contract not in found.image.names.instruments:
        raise InputFault(f"{contract!r} does not trade on this day; check the contract's code")
    entered = orders_of_code(found.image, found.events, found.refused, code, contract)
    traded = trades_of_code(found.image, found.events, code, contract)
    print_frame(f"Orders of {code}", entered)
    print_frame(f"Trades of {code}", traded)
    if as_csv:
        from huiguan.storage.files import write_output

        write_output(as_csv, entered.write_csv().encode())
    if len(entered):
        say_next("explain", folder, "--command", entered["command"][-1])


def print_frame(title: str, frame: pl.DataFrame) -> None:
    """Print a table of a report; of many rows the last ones, and how many there are."""
    from huiguan.cli.tables import show_table

    shown = frame.tail(MOST_ROWS)
    count = f"{len(frame):,}" + (f", the last {MOST_ROWS}" if len(frame) > MOST_ROWS else "")
    words = [name for name, kind in frame.schema.items() if kind == frame.schema["time"]]
    heads = [name.replace("_", " ") for name in frame.columns]
    left = [name.replace("_", " ") for name in words if name != "price"]
    show_table(f"{title} ({count})", heads, shown.rows(), left)


@app.command("export")
def export_command(
    folder: DayDir,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder for the files.")],
    minutes: Length = 1,
) -> None:
    """Write the trades, orders, bars and quotes of a day as CSV and Parquet.

    Trades, orders and bars are in words and decimals; quotes have the names of CTP, one each 500 ms
    in which something changed.
    """
    from huiguan.cli.outputs import quoted_of
    from huiguan.exchange.market_data.bars import check_minutes
    from huiguan.exchange.market_data.feed import Feed
    from huiguan.exchange.market_data.snapshots import QuotesOfDay
    from huiguan.exchange.market_data.tables import Market, ctp_table
    from huiguan.exchange.reports.market_frames import bars_frame, orders_frame, trades_frame
    from huiguan.exchange.reports.reports_of_day import Report
    from huiguan.storage.market.daily_files import write_report
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import read_image

    check_minutes(minutes)
    check_begun(folder)
    image = read_image(DayFolder(folder).image)
    quotes = QuotesOfDay(Feed(image))
    found = read(folder, quotes.hear)
    ticks = ctp_table(Market(image, quoted_of(image).ticks), quotes.finish())
    for name, frame, figures in (
        ("trades", trades_frame(found.image, found.events), ("price",)),
        ("orders", orders_frame(found.image, found.events, found.refused), ("price",)),
        ("bars", bars_frame(found.image, found.events, minutes), ("open", "high", "low", "close")),
        ("ticks", ticks, ()),
    ):
        write_report(out, Report(name, frame, figures))
        tell(f"{len(frame):>9,} {name:<7} {out / name}.csv, .parquet")
    say_next("market", folder)
