"""``huiguan homes template``, ``intake``, ``explain``, ``units``: from spreadsheets to a round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli.homes.estate import AsJson, OnDay, day_of, homes, show, table_of
from huiguan.cli.language import language, spoken, tell
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say

if TYPE_CHECKING:
    from huiguan.housing.people.record import Applied, Intake
    from huiguan.rounds.intake import Found

SHOWN = 20  # applications printed; the files have them all
City = Annotated[str, typer.Option(help="A city with a housing rulebook.")]
Rulebook = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="A folder like rulebooks/homes, instead of the shipped."),
]


@homes.command()
def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; no file is lost.")],
    scheme: Annotated[
        list[str] | None, typer.Option(help="Only facts of this scheme; may be given again.")
    ] = None,
    city: City = "shanghai",
    rulebook: Rulebook = None,
    example: Annotated[bool, typer.Option("--example", help="Fill in an invented office.")] = False,
) -> None:
    """Write the tables an office fills in: people, estate, and the two files of a round."""
    from huiguan.housing.people.forms import PEOPLE, fact_columns
    from huiguan.simulation.city.office import example_round, example_rows
    from huiguan.storage.homes.rules import BOOKS, read_home_rules
    from huiguan.storage.homes.template import ROUND_TOML, template_files, write_template

    facts = fact_columns(read_home_rules(city, rulebook or BOOKS), scheme or ())
    rows = example_rows([column.name for column in facts]) if example else {}
    files = template_files(facts, rows, example_round() if example else ROUND_TOML)
    write_template(folder, files)
    grid = table_of("columns of people.csv", ("column", "Chinese head", "needed", "how", "what"))
    for column in (*PEOPLE, *facts):
        needed = "yes" if column.default is None else "no"
        how = f"one of {', '.join(column.words)}" if column.words else column.form
        grid.add_row(column.name, column.chinese, needed, how, column.says)
    show(grid)
    for name in files:
        typer.echo(folder / name)
    words = ("homes", "intake", folder / "people.csv", "--on", "DATE", "--estate")
    say_next(*words, folder / "estate", "--out", folder / "input", "--dry-run")


@homes.command()
def intake(
    people: Annotated[Path, typer.Argument(metavar="PEOPLE", help="CSV or .xlsx, a row a person.")],
    on: OnDay,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Input of the round; numbers are kept here.")
    ] = Path("input"),
    estate: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Count the programmes in this estate, and check choices."),
    ] = None,
    scheme: Annotated[str, typer.Option(help="Of rows that name none.")] = "arh",
    city: City = "shanghai",
    rulebook: Rulebook = None,
    policy: Annotated[
        str, typer.Option(help="Somebody in two applications: last, first, or void for both.")
    ] = "last",
    decided: Annotated[
        Path | None,
        typer.Option(
            "--decisions", metavar="FILE", help="Who decided of people alike whether they are one."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be, and every fault; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give every application its number, and say by each rule why it is in or refused.

    Every fault is named by row and column, and with one nothing is written. The same rows again
    change nothing: a number that was given is kept, and never given to anybody else.
    """
    import msgspec

    from huiguan.foundation.faults import InputFault
    from huiguan.rounds.intake import Wanted, take_in
    from huiguan.storage.homes.rules import BOOKS, read_home_rules

    rules = read_home_rules(city, rulebook or BOOKS)
    wanted = Wanted(people, out, day_of(on), scheme, policy, estate, dry_run, decided)
    found = take_in(wanted, rules, say)
    for note in found.notes:
        say(f"look at this: {note}")
    if found.intake is None:
        tables = [decided if fault.table else people for fault in found.faults]
        for table, fault in zip(tables, found.faults, strict=True):
            tell(f"{table}: {fault.told()}", err=True)
        where = " and ".join(dict.fromkeys(map(str, tables)))
        faults = "1 fault" if len(found.faults) == 1 else f"{len(found.faults):,} faults"
        raise InputFault(
            f"{faults} in {where}, so nothing was taken in; correct the rows and take it in again"
        )
    if as_json:
        typer.echo(msgspec.json.encode(found.intake).decode())
        return
    show_intake(found, found.intake)
    if dry_run:
        tell("dry run: nothing was written")
        options = (
            ("--estate", estate, None),
            ("--scheme", scheme, "arh"),
            ("--city", city, "shanghai"),
            ("--policy", policy, "last"),
            ("--rulebook", rulebook, None),
            ("--decisions", decided, None),
        )
        given = [word for name, value, usual in options if value != usual for word in (name, value)]
        say_next("homes", "intake", people, "--on", on, "--out", out, *given)
        return
    from_estate = ["--estate", estate] if estate else []
    say_next("round", "freeze", "ROUND", "--from", out, *from_estate)


def show_intake(found: Found, taken: Intake) -> None:
    """Print counts, changes, programmes, and the applications that are not in."""
    from collections import Counter

    states = Counter(entry.state for entry in taken.applications)
    total = len(taken.applications)
    counts = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    tell(f"{total:,} applications on {taken.on}: {counts}; {found.new:,} new numbers")
    for change in found.changed[:SHOWN]:
        tell(change)
    if len(found.changed) > SHOWN:
        tell(f"and {len(found.changed) - SHOWN:,} more are in another state than before")
    if found.programmes:
        grid = table_of("programmes", ("programme", "#stock", "#let", "#held", "#own", "#homes"))
        for row in found.programmes:
            cells = (row.stock, row.let, row.held, row.own, row.capacity)
            grid.add_row(row.programme, *(f"{cell:,}" for cell in cells))
        show(grid)
    grid = table_of("applications", ("number", "own id", "state", "#tier", "why"))
    odd = [entry for entry in taken.applications if entry.state != "in"]
    rest = [entry for entry in taken.applications if entry.state == "in"]
    for entry in [*odd, *rest][:SHOWN]:
        why = "; ".join(entry.reasons)
        grid.add_row(entry.number, entry.application, entry.state, str(entry.tier), why)
    show(grid)
    if total > SHOWN:
        tell(f"and {total - SHOWN:,} more; register.csv and verdicts.csv have them all")


@homes.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of an intake.")],
    application: Annotated[str, typer.Argument(help="Its number, or your own id.")],
    as_json: AsJson = False,
) -> None:
    """Tell why an application is in, refused or void: each rule, its article, the fact."""
    import msgspec

    from huiguan.housing.people.record import application_of, tell_applied
    from huiguan.rounds.intake import taken_in

    entry = application_of(taken_in(folder), application)
    if as_json:
        typer.echo(msgspec.json.encode(entry).decode())
    else:
        typer.echo("\n".join(tell_applied(spoken_entry(entry), language())))


def spoken_entry(entry: Applied) -> Applied:
    """Return an application with its reasons, rules and facts in the language of the call."""
    import msgspec

    rules = (
        msgspec.structs.replace(
            row,
            rule=spoken(row.rule),
            article=spoken(row.article),
            status=spoken(row.status),
            reason=spoken(row.reason),
            facts=tuple(
                msgspec.structs.replace(
                    fact,
                    name=spoken(fact.name),
                    value=spoken(fact.value),
                    source=spoken(fact.source),
                )
                for fact in row.facts
            ),
        )
        for row in entry.rules
    )
    reasons = tuple(map(spoken, entry.reasons))
    return msgspec.structs.replace(entry, reasons=reasons, rules=tuple(rules))


@homes.command()
def units(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An estate folder.")],
    on: OnDay,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write all of them here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List every unit on a day: how it is let, what it is, and whose by your own ids."""
    from huiguan.housing.supply.reconcile import units_on
    from huiguan.storage.files import write_output
    from huiguan.storage.homes.estate import read_estate
    from huiguan.storage.homes.office import office_table

    rows = units_on(read_estate(folder, say), day_of(on))
    if out is not None:
        write_output(out, office_table(rows[0]._fields if rows else (), rows))
        tell(f"{len(rows):,} units: {out}")
        return
    if as_json:
        typer.echo(json.dumps([row._asdict() for row in rows], ensure_ascii=False))
        return
    grid = table_of(f"units on {on}", ("place", "level", "state", "owner"))
    for row in rows[:SHOWN]:
        grid.add_row(*row)
    show(grid)
    if len(rows) > SHOWN:
        tell(f"and {len(rows) - SHOWN:,} more; --out FILE.csv has them all")
