"""``huiguan homes``: the estate demonstration, the housing rules of a day, supply of an estate."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, spoken_head, tell
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from huiguan.housing.rules import HomeRow
    from huiguan.housing.supply.reconcile import Supply
    from huiguan.simulation.city.demo import CityDemo

homes = typer.Typer(no_args_is_help=True, help="Affordable rental homes: beds, rooms and flats.")
app.add_typer(homes, name="homes")

OnDay = Annotated[str, typer.Option("--on", metavar="DATE", help="A day, as 2026-07-01.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of tables.")]


@homes.command()
def demo(
    out: Annotated[Path, typer.Option(help="A folder without a round; made if missing.")] = Path(
        "homes-demo"
    ),
    seed: Annotated[int, typer.Option(help="The seed is the city.")] = 1,
) -> None:
    """Run one estate from conversion to a checked round and a year of leases, rents and closes."""
    import time

    from huiguan.simulation.city.demo import run_demo

    started = time.monotonic()

    def say(text: str) -> None:
        typer.echo(f"{time.monotonic() - started:5.1f} s  {spoken(text)}", err=True)

    result = run_demo(out, say, seed)
    say("done")
    show_supply(result)
    show_round(result)
    show_year(result)
    show_books(result, out)


@homes.command()
def rules(
    on: OnDay,
    scheme: Annotated[str, typer.Option(help="arh, bed or public_rental.")] = "arh",
    city: Annotated[str, typer.Option(help="A city with a housing rulebook.")] = "shanghai",
    rulebook: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder like rulebooks/homes, instead of the shipped."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print every housing rule that holds on a day, with article, source, age and status."""
    from huiguan.foundation.faults import InputFault
    from huiguan.housing.rules import rows_in_force
    from huiguan.storage.homes.rules import BOOKS, all_rows, read_home_rules
    from huiguan.storage.toml import read_sources

    day = day_of(on)
    books = rulebook or BOOKS
    book = read_home_rules(city, books)
    sources = read_sources(books / "sources.toml")
    schemes = {name for _, row in all_rows(book) for name in row.schemes}
    if scheme not in schemes:
        raise InputFault(f"no rule of {city} names the scheme {scheme!r}; use {sorted(schemes)}")
    tables = dict.fromkeys(table for table, _ in all_rows(book))
    found = [
        (table, row) for table in tables for row in rows_in_force(getattr(book, table), scheme, day)
    ]
    if as_json:
        rows = [
            {
                "table": table,
                "name": row.name,
                "says": says(row),
                "effective": row.effective.isoformat(),
                "age_days": (day - row.effective).days,
                "status": row.status,
                "article": row.article,
                "source": sources[row.source].where or sources[row.source].title,
            }
            for table, row in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    grid = table_of(
        f"{city}, {scheme}, {on}", ("rule", "says", "since", "years", "status", "article")
    )
    for table, row in found:
        kind = spoken_head(table.replace("_", " "))
        name = f"{kind} {spoken(row.name)}".strip()
        years = f"{(day - row.effective).days / 365.25:.1f}"
        grid.add_row(name, says(row), str(row.effective), years, row.status, row.article)
    show(grid)


@homes.command()
def supply(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An estate folder.")],
    on: OnDay,
    as_json: AsJson = False,
) -> None:
    """Count the flats, rooms and beds of an estate folder on a day, each once.

    Exit code 1 if a unit is neither let, nor in a round, nor held with a reason; it is named.
    """
    import msgspec

    from huiguan.foundation.faults import CheckFault
    from huiguan.housing.supply.reconcile import (
        held_reasons,
        reconcile,
        unaccounted_places,
        uncounted,
    )
    from huiguan.storage.homes.estate import read_estate

    day, estate = day_of(on), read_estate(folder, say)
    rows = reconcile(estate, day)
    if as_json:
        typer.echo(json.dumps([msgspec.to_builtins(row) for row in rows]))
    else:
        grid = supply_table(f"units on {on}")
        add_supply(grid, rows)
        show(grid)
        for reason, count in held_reasons(estate, day).items():
            tell(f"held, {reason.replace('_', ' ')}: {count:,}")
    for sentence in uncounted(estate, day):
        tell(sentence, err=as_json)
    lost = unaccounted_places(estate, day)
    if lost:
        names = ", ".join(lost[:5]) + (" and more" if len(lost) > 5 else "")
        raise CheckFault(
            f"{len(lost):,} units are neither let, in a round nor held on {on}: {names}; claim them"
            " before a round is frozen"
        )
    if not as_json:
        say_next("homes", "intake", "PEOPLE", "--on", on, "--estate", folder, "--out", "INPUT")


def day_of(text: str) -> date:
    """Return a day written as 2026-07-01."""
    from huiguan.foundation.calendars import parse_day, to_date

    return to_date(parse_day(text))


def says(row: HomeRow) -> str:
    """Return the fields of a row that are its own, in words."""
    import msgspec

    from huiguan.foundation.arithmetic import show_fen, show_rate
    from huiguan.housing.rules import HomeRow

    shown = []
    for field in msgspec.structs.fields(type(row)):
        value = getattr(row, field.name)
        if field.name in (*HomeRow.__struct_fields__, "chinese") or value in ((), 0, ""):
            continue
        name, _, unit = field.name.rpartition("_")
        if unit == "ppb":
            shown.append(show_rate(value))
        elif unit == "fen":
            shown.append(f"{name.replace('_', ' ')} {show_fen(value)}")
        elif unit == "dm2":
            shown.append(f"{name.replace('_', ' ')} {value / 100:g} m2")
        elif isinstance(value, tuple):
            shown.append(", ".join(value))
        elif value is True:
            shown.append(f"{field.name.replace('_', ' ')} yes")
        else:
            shown.append(f"{field.name.replace('_', ' ')} {value}")
    return "; ".join(shown) or "holds"


class Grid:
    """A table that is filled row by row; a column whose name starts with # stands right."""

    def __init__(self, title: str, columns: Iterable[str]) -> None:
        """Begin without rows."""
        self.title, self.columns = title, tuple(columns)
        self.rows: list[tuple[str, ...]] = []

    def add_row(self, *cells: str) -> None:
        """Add one row."""
        self.rows.append(cells)


def table_of(title: str, columns: Iterable[str]) -> Grid:
    """Return an empty table."""
    return Grid(title, columns)


def show(grid: Grid) -> None:
    """Print a table; its words stand left and fold."""
    from huiguan.cli.tables import show_table

    words = [name for name in grid.columns if not name.startswith("#")]
    heads = [name.lstrip("#") for name in grid.columns]
    show_table(grid.title, heads, grid.rows, left=words, folds=words[1:])


def supply_table(title: str) -> Grid:
    """Return an empty table of supply."""
    columns = ("day", "let by", "#units", "#let", "#in a round", "#held", "#unaccounted")
    return table_of(title, columns)


def add_supply(grid: Grid, rows: list[Supply]) -> None:
    """Add the units of each level."""
    for row in rows:
        counts = (row.units, row.let, row.in_round, row.held, row.unaccounted)
        grid.add_row(str(row.on), row.level, *(f"{count:,}" for count in counts))


def show_supply(result: CityDemo) -> None:
    """Print the conversion and how supply reconciles before and at the freeze."""
    grid = table_of(
        "138 flats of building 05, to be let by the bed", ("from", "#can", "#cannot", "an answer")
    )
    for entry in result.conversions:
        grid.add_row(str(entry.on), str(entry.converted), str(entry.refused), entry.example)
    show(grid)
    grid = supply_table("supply: every unit once, nothing unaccounted at the freeze")
    add_supply(grid, result.supply_before)
    add_supply(grid, result.supply)
    show(grid)


def show_round(result: CityDemo) -> None:
    """Print applications, results and offers of the round."""
    from collections import Counter

    from huiguan.simulation.city.round import choice_counts

    outcome = result.outcome
    states = Counter(verdict.state for verdict in outcome.verdicts)
    reasons = Counter(
        reason.split(":")[0]
        for verdict in outcome.verdicts
        if verdict.state == "refused"
        for reason in verdict.reasons
    )
    grid = table_of(
        f"{len(outcome.verdicts):,} applications of the round", ("state", "#applications", "why")
    )
    why = ", ".join(f"{name} {count:,}" for name, count in reasons.most_common())
    grid.add_row("in", f"{states['in']:,}", "")
    grid.add_row("refused", f"{states['refused']:,}", why)
    grid.add_row("void", f"{states['void']:,}", "somebody in it stands in a later application")
    show(grid)
    homes = sum(row.capacity for row in outcome.supply.values())
    grid = table_of(f"result: {homes:,} homes for {states['in']:,}", ("given", "#applications"))
    for name, count in sorted(choice_counts(result.city, outcome).items()):
        grid.add_row(name, f"{count:,}")
    show(grid)
    grid = table_of(
        "employers' room lots, by the uniform rule before the draw",
        ("employer", "#rooms asked", "#rooms"),
    )
    for lot in outcome.lots:
        grid.add_row(lot.employer, str(lot.asked), str(len(lot.rooms)))
    show(grid)
    columns = ("made", "answer by", "#offers", "#accepted", "#and stay", "#refused", "#expired")
    grid = table_of("offers: who says no passes the place to the next in line", columns)
    for wave in result.waves:
        counts = (wave.made, wave.accepted, wave.staying, wave.refused, wave.expired)
        grid.add_row(str(wave.made_on), str(wave.answer_by), *(f"{count:,}" for count in counts))
    show(grid)
    fared = ", ".join(f"{count} {how}" for how, count in sorted(result.together.items()))
    tell(f"crews that got beds: {fared}\n")
    for told_in, lines in result.story.items():
        if language() in ("en", told_in):  # in English both, as the city publishes them
            typer.echo("\n".join(lines) + "\n")


def show_year(result: CityDemo) -> None:
    """Print the twelve months."""
    columns = (
        "month", "#units", "#let", "#re-let", "#held", "#signed", "#renewed", "#left",
        "#over", "#swaps", "#charges", "#charged", "#paid", "#owed",
    )  # fmt: skip
    title = "twelve months (thousand yuan; places on the last day, re-let: on the list to be let)"
    grid = table_of(title, columns)
    for row in result.months:
        grid.add_row(
            f"{row.month:%Y-%m}",
            *(
                f"{count:,}"
                for count in (
                    row.units, row.let, row.in_round, row.held, row.signed, row.renewed,
                    row.left, row.held_over, row.swapped, row.charges,
                )
            ),
            *(f"{fen // 100_000:,}" for fen in (row.charged_fen, row.paid_fen, row.owed_fen)),
        )  # fmt: skip
    show(grid)
    grid = table_of("what the rules did", ("#times", "what"))
    grid.add_row(f"{result.counts['rent lowered']:,}", "a renewal's rent fell with its ceiling")
    for name, count in result.refusals.most_common():
        grid.add_row(f"{count:,}", f"refused: {name}")
    for note in result.notes[:4]:
        grid.add_row("1", note)
    show(grid)


def show_books(result: CityDemo, out: Path) -> None:
    """Print the books' end and how to check the round without this program."""
    from collections import Counter

    from huiguan.foundation.arithmetic import show_fen
    from huiguan.foundation.postings import balances

    totals: Counter[str] = Counter()
    for (_, account), amount in balances(result.postings).items():
        totals[account.split(":")[0]] += amount
    grid = table_of(f"books after {len(result.postings):,} postings", ("account", "#balance"))
    for account, amount in sorted(totals.items()):
        grid.add_row(account, show_fen(amount))
    for book, amount in result.trial.items():
        grid.add_row(f"trial balance of {book}", show_fen(amount))
    show(grid)
    tell(f"commitment of the round  {result.outcome.commitment}")
    tell(f"public value             {result.outcome.value}")
    folder = out / "round"
    tell("check it with nothing but Python:")
    tell(f"next: {shlex.join(['python3', str(folder / 'verify.py'), str(folder)])}")
