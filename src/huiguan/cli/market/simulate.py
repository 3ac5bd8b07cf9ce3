"""``huiguan simulate``: whole trading days of a market, from one seed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import Folders
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import Progress, say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.rows import Books
    from huiguan.simulation.market.days import MarketDay
    from huiguan.simulation.market.goods import Goods
    from huiguan.simulation.market.scenario import Scenario

DaysCount = Annotated[int, typer.Option(min=1, max=1_000, help="How many trading days.")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed, the same bytes.")]
Volatility = Annotated[
    str,
    typer.Option(metavar="X", help="How far prices move: a multiple of the usual, 0 to 5."),
]
Shocks = Annotated[
    list[str] | None,
    typer.Option(
        "--shock",
        metavar="cu=-7%@10:30",
        help="A jump of a product or contract, of its previous settlement price, by the exchange's"
        " clock; of the first day, or as @2026-08-24 21:30 of another trading day; repeatable.",
    ),
]


Codes = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=200_000,
        help="Trading codes of the market.",
        show_default="80 for each product",
    ),
]
CrowdSize = Annotated[
    str,
    typer.Option(
        metavar="N|all|none",
        help="How many clients trade, about 150 commands each, beside market makers.",
    ),
]


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the day folders go.")],
    days: DaysCount = 1,
    seed: Seed = 1,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First trading day.")
    ] = "2026-08-21",
    products: Annotated[
        str | None, typer.Option(metavar="cu,rb,...", help="Only these; all by default.")
    ] = None,
    codes: Codes = None,
    crowd: CrowdSize = "all",
    volatility: Volatility = "1",
    shock: Shocks = None,
    deliveries: Annotated[
        bool,
        typer.Option("--deliveries", help="Deliver what expires, in DIR/warehouse."),
    ] = False,
    rulebook: Folders = None,
) -> None:
    """Run whole trading days: real contracts, rules and sessions, invented people and orders.

    Each day is a folder DIR/yyyymmdd that can be verified (huiguan day verify) and explained.
    """
    from huiguan.days.run_again import announce_compiling
    from huiguan.foundation.calendars import parse_day, show_day
    from huiguan.simulation.market.days import run_days
    from huiguan.simulation.market.image import first_image
    from huiguan.simulation.market.people import size_of
    from huiguan.simulation.market.scenario import check_codes, read_scenario
    from huiguan.storage.lock import hold
    from huiguan.storage.market.rulebooks.load import load_books

    day = parse_day(start)
    scenario = read_scenario(day, codes, crowd, volatility, shock or ())
    check_new(out)
    say("simulate: reading the rulebooks")
    books = load_books(*rulebook or ())
    chosen = chosen_products(books, products)
    check_codes(scenario, len(chosen))
    first = first_image(books, day, chosen, seed, size_of(len(chosen), codes))
    image = first.image
    check_days(books, image, days, scenario)
    for line in reservations(books, day, chosen, image.names.products):
        say(f"simulate: {line}")
    say(
        f"simulate: {len(image.instruments)} contracts, {len(image.trading_codes):,} trading codes;"
        f" {first.known_prices} settlement prices are those of the reference day, the others and"
        " all people, money and positions are invented"
    )
    announce_compiling(lambda text: say(f"simulate: {text}"))
    begun = time.monotonic()
    folder = out
    with hold(out, "simulate"), Progress("simulate") as progress:
        check_new(out)  # nobody has come between
        goods = goods_of(out, image, seed, rulebook) if deliveries else None

        def show(day: int, done: int, total: int) -> None:
            progress.what = f"simulate {show_day(day)}"
            progress(done, total)

        for found in run_days(books, image, days, seed, out, show, progress.step, scenario):
            result, run = found.result, found.run
            folder = out / str(result.settings.trading_day)
            tell(
                f"{show_day(result.settings.trading_day)}  {run.hashes.sequence:>9,} commands "
                f"{run.trades:>8,} trades {int(result.contracts['volume_lots'].sum()):>9,} lots "
                f"open interest {int(result.contracts['open_interest_lots'].sum()):>9,}  "
                f"day hash {run.hashes.day.hex()[:16]}"
            )
            if goods is not None:
                tell_deliveries(goods, found)
    tell(f"{days} day(s) in {out}, {time.monotonic() - begun:.1f} s")
    say_next("day", "verify", folder)


def goods_of(out: Path, image: DayImage, seed: int, rulebook: list[Path] | None) -> Goods:
    """Begin the warehouse folder of a chain of days."""
    from huiguan.simulation.market.goods import Goods
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books

    return Goods(out / "warehouse", load_delivery_books(*rulebook or ()), image, seed)


def tell_deliveries(goods: Goods, found: MarketDay) -> None:
    """Deliver what is paid on a day and say what came of it; what is lost stops the run."""
    from huiguan.foundation.arithmetic import show_fen

    for row in goods.evening(found.image, found.result):
        tell(
            f"    delivered {row.code}: {row.warrants:,} warrants for {show_fen(row.paid_fen)},"
            f" units in default {row.units_in_default:,}, lots closed without delivery"
            f" {row.undelivered_lots:,}; every warrant, lot and fen accounted for"
        )


def check_days(books: Books, image: DayImage, days: int, scenario: Scenario) -> None:
    """Refuse what the market, or one of its days to come, cannot do, before anything is written."""
    from huiguan.foundation.calendars import trading_day_after
    from huiguan.simulation.market.image import first_image
    from huiguan.simulation.market.scenario import check_scenario, shocks_of_day

    first, products = image.settings.trading_day, image.names.products
    calendar = books.calendars[books.venues[books.products[products[0]].venue].calendar]
    run = [first, *(trading_day_after(calendar, first, number) for number in range(1, days))]
    check_scenario(scenario, image, run)
    for later in sorted({shock.trading_day for shock in scenario.shocks} - {first}):
        shocks_of_day(first_image(books, later, products, 0).image, scenario)


def reservations(books: Books, day: int, chosen: list[str], listed: list[str]) -> list[str]:
    """Return what a person should know of the day: what is not listed, holidays not published."""
    from huiguan.foundation.calendars import calendar_status, show_day

    lines = []
    absent = sorted(set(chosen) - set(listed))
    if absent:
        lines.append(f"not listed on {show_day(day)} and left out: {', '.join(absent)}")
    venues = {books.products[code].venue for code in chosen if code in books.products}
    calendars = {books.calendars[books.venues[venue].calendar] for venue in venues}
    if any(calendar_status(calendar, day) == "provisional" for calendar in calendars):
        lines.append("the holidays of that year are not published; every weekday stands in")
    return lines


def check_new(out: Path) -> None:
    """Refuse a folder that holds something, before anything is done."""
    from huiguan.storage.change import is_content

    if out.exists() and not (out.is_dir() and not any(is_content(p.name) for p in out.iterdir())):
        raise InputFault(
            f"{out} exists and is not an empty folder; name a new one with --out, so that nothing "
            "of yours is overwritten"
        )


def chosen_products(books: Books, text: str | None) -> list[str]:
    """Return the products a person named, sorted; all where none was named."""
    if text is None:
        return sorted(books.products)
    names = sorted({name.strip() for name in text.split(",") if name.strip()})
    if not names:
        raise InputFault("--products names no product; write it like cu,rb")
    return names
