"""``huiguan rules`` and ``huiguan instruments``: what the books say on a day, and why."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, tell
from huiguan.cli.market.folders import Folders
from huiguan.cli.next_step import laid_over, say_next
from huiguan.cli.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import msgspec

    from huiguan.exchange.rules.instruments import Contract
    from huiguan.exchange.rules.rows import Product, Venue
    from huiguan.foundation.cited import Status

rules = typer.Typer(no_args_is_help=True, help="The rulebooks: dated, cited rows.")
app.add_typer(rules, name="rules")

OnDay = Annotated[str, typer.Option("--on", metavar="DATE", help="A trading day, as 2026-08-21.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of tables.")]


@rules.command()
def show(
    what: Annotated[str, typer.Argument(metavar="PRODUCT", help="A product (cu) or contract.")],
    on: OnDay,
    rulebook: Folders = None,
    as_json: AsJson = False,
) -> None:
    """Print every value that holds on a day, with article, source, age and status."""
    import msgspec

    from huiguan.exchange.reports.rule_table import codes_on, contract_line, rule_lines
    from huiguan.exchange.rules.instruments import parse_contract
    from huiguan.exchange.rules.parameters import parameters
    from huiguan.foundation.calendars import parse_day, show_day
    from huiguan.storage.market.rulebooks.load import load_books

    day = parse_day(on)
    books = load_books(*rulebook or ())
    if what in books.products:
        product = books.products[what]
    else:
        product, _ = parse_contract(books, what)
    codes = codes_on(books, what, day)
    contracts = [contract_line(parameters(books, code, day)) for code in codes]
    lines = rule_lines(books, product, day, codes)
    if as_json:
        page = {
            "product": product.code,
            "day": show_day(day),
            "digest": books.digest,
            "contracts": msgspec.to_builtins(contracts),
            "rules": msgspec.to_builtins(lines),
            "sources": {
                line.source: msgspec.to_builtins(books.sources[line.source]) for line in lines
            },
        }
        typer.echo(json.dumps(page, ensure_ascii=False, indent=1))
        return
    name = product.chinese if language() == "zh" else f"{product.name} ({product.chinese})"
    print_table(f"rules of {product.code} {name} on {on}", contracts)
    print_table("rules", lines)
    for key in sorted({line.source for line in lines}):
        source = books.sources[key]
        typer.echo(f"{key}: {spoken(source.title)}, {spoken(source.where)}")
    of = ("--product", product.code)
    say_next("instruments", "--on", show_day(day), *of, *laid_over(rulebook))


@rules.command()
def template(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code of the new product, as xx.")],
    like: Annotated[str, typer.Option(metavar="PRODUCT", help="A product to begin after.")],
    listed: Annotated[str, typer.Option(metavar="DATE", help="Its first trading day.")],
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Whose values; the first day without."),
    ] = None,
    rulebook: Folders = None,
) -> None:
    """Print a book of a new product: every table once, as it holds for a product like it.

    Put it into a folder of yours as VENUE/CODE.toml and lay that over the books by --rulebook.
    """
    from huiguan.foundation.calendars import parse_day
    from huiguan.storage.market.rulebooks.template import product_template

    first = parse_day(listed)
    day = parse_day(on) if on else first
    typer.echo(product_template(like, code, first, day, rulebook or ()), nl=False)
    say_next("rules", "check", "--rulebook", "DIR", aside=True)


@rules.command()
def check(rulebook: Folders = None, as_json: AsJson = False) -> None:
    """Read every book, of exchanges and of homes, and check it: values, keys, sources, overlaps.

    Books of homes lie in DIR/homes, one folder a city with its sources.toml beside them. Exit code
    0: good. 1: the first fault, with its file and row. 2: a folder without books.
    """
    from huiguan.foundation.calendars import show_day
    from huiguan.foundation.faults import CheckFault, InputFault
    from huiguan.storage.homes.rules import all_rows, home_books
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books
    from huiguan.storage.market.rulebooks.load import rulebook_files

    files = rulebook_files(rulebook or ())
    try:
        books = load_delivery_books(*rulebook or ()).books
        homes = home_books(rulebook or ())
    except InputFault as fault:
        raise CheckFault(str(fault)) from None
    home_statuses = Counter(row.status for city in homes for _, row in all_rows(city))
    owners: list[Venue | Product] = [*books.venues.values(), *books.products.values()]
    tables = [rows for owner in owners for rows in owner.rows.values()]
    statuses = Counter(row.status for rows in tables for row in rows)
    facts = {
        "venues": len(books.venues),
        "products": len(books.products),
        "rows": sum(statuses.values()),
        "statuses": dict(statuses.most_common()),
        "sources": len(books.sources),
        "calendars": {name: len(c.days) for name, c in books.calendars.items()},
        "homes": {
            "books": [city.city for city in homes],
            "rows": sum(home_statuses.values()),
            "statuses": dict(home_statuses.most_common()),
        },
        "digest": books.digest,
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    tell(
        f"good: {facts['venues']} venues, {facts['products']} products, {facts['rows']} rows"
        f" ({counted(statuses)}), {facts['sources']} sources"
    )
    cities = ", ".join(city.city for city in homes)
    tell(f"homes: {cities}, {sum(home_statuses.values())} rows ({counted(home_statuses)})")
    tell(f"digest {books.digest}")
    own = sorted({Path(place).stem for place in files} & set(books.products))
    if own:
        first = show_day(books.products[own[0]].listed)
        say_next("instruments", "--on", first, "--product", own[0], *laid_over(rulebook))


def counted(statuses: Counter[Status]) -> str:
    """Return how many rows have each status."""
    return ", ".join(f"{count} {status}" for status, count in statuses.most_common())


@app.command()
def instruments(
    on: OnDay,
    product: Annotated[
        list[str] | None, typer.Option(help="Only this product; repeatable.")
    ] = None,
    rulebook: Folders = None,
    as_json: AsJson = False,
) -> None:
    """List every contract month of a day: listing day, last trading day, delivery days."""
    from huiguan.exchange.rules.instruments import listed_contracts
    from huiguan.foundation.calendars import calendar_status, parse_day, show_day
    from huiguan.storage.market.rulebooks.load import load_books

    day = parse_day(on)
    books = load_books(*rulebook or ())
    found = listed_contracts(books, day, product)
    if as_json:
        typer.echo(json.dumps([named_dates(contract) for contract in found]))
        return
    table = [
        (
            contract.code,
            contract.venue,
            show_day(contract.listed),
            show_day(contract.last_day),
            " ".join(show_day(d) for d in contract.delivery_days) or "cash",
            calendar_status(
                books.calendars[books.venues[contract.venue].calendar], contract.last_day
            ),
        )
        for contract in found
    ]
    headings = ("contract", "venue", "listed", "last trading day", "delivery days", "calendar")
    show_table(f"{len(found)} contracts on {show_day(day)}", headings, table, left=headings)
    if found:
        say_next("rules", "show", found[0].code, "--on", show_day(day), *laid_over(rulebook))


def named_dates(contract: Contract) -> dict[str, object]:
    """Return a contract month as a program reads it; dates and the month are ISO."""
    import msgspec

    from huiguan.foundation.calendars import show_day

    return {
        **msgspec.to_builtins(contract),
        "month": f"{contract.month // 100}-{contract.month % 100:02d}",
        "listed": show_day(contract.listed),
        "last_day": show_day(contract.last_day),
        "delivery_days": [show_day(day) for day in contract.delivery_days],
    }


def print_table(title: str, lines: Iterable[msgspec.Struct]) -> None:
    """Print structs of one kind as a table, a column a field."""
    rows = list(lines)
    if not rows:
        return
    names = rows[0].__struct_fields__
    texts = [tuple(show_cell(getattr(row, name)) for name in names) for row in rows]
    heads = [name.replace("_", " ") for name in names]
    show_table(title, heads, texts, left=heads, folds=heads[1:])


def show_cell(value: object) -> str:
    """Return a cell's text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
