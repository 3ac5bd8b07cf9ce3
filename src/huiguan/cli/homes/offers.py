"""``huiguan lease offer`` and ``sign``: from a round that was given out to leases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli.homes.estate import AsJson, OnDay, day_of
from huiguan.cli.homes.lease import SHOWN, DryRun, Folder, lease, refuse, rules_of
from huiguan.cli.homes.office import City, Rulebook
from huiguan.cli.language import spoken, tell
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.housing.leasing.forms import Letting
    from huiguan.housing.leasing.offers import Made
    from huiguan.leasing.signing import Offers

RoundOf = Annotated[Path, typer.Option("--round", metavar="DIR", help="The round, allocated.")]
Register = Annotated[Path, typer.Option(metavar="DIR", help="The folder of its intake.")]
EstateOf = Annotated[Path, typer.Option("--estate", metavar="DIR", help="The estate of its homes.")]


@lease.command()
def offer(
    folder: Folder,
    round_folder: RoundOf,
    register: Register,
    estate: EstateOf,
    on: OnDay,
    city: City = "shanghai",
    rulebook: Rulebook = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Offer the free homes of a round to those it gives them, by rank, with a last day to answer.

    Offers that nobody answered end first. Later calls offer what came free to the next in line;
    answers.csv has what the round is to hear, for huiguan round allocate --answers.
    """
    import msgspec

    from huiguan.leasing.signing import Place, make_offers

    place = Place(folder, round_folder, register, estate)
    found = make_offers(place, rules_of(city, rulebook), day_of(on), dry=dry_run, say=say)
    refuse(found.faults, folder)
    if as_json:
        whole = {
            "made": [msgspec.to_builtins(row) for row in found.wave.made],
            "expired": [row.offer for row in found.expired],
            "waiting": [row.winner.application for row in found.wave.waiting],
            "answers": found.answers,
        }
        typer.echo(json.dumps(whole, ensure_ascii=False))
        return
    show_offers(found, folder, on)
    if dry_run:
        tell("dry run: nothing was written")
        return
    where = ("--round", round_folder, "--register", register, "--estate", estate)
    say_next("lease", "sign", folder, "ANSWERS.csv", *where, "--on", "DATE", "--start", "DATE")


def show_offers(found: Offers, folder: Path, on: str) -> None:
    """Print the offers of a day, who waits, and what the round is to hear."""
    made = found.wave.made
    tell(
        f"homes offered on {on}: {len(made):,}; offers that ran out before: {len(found.expired):,}"
    )
    offers_table(made)
    for row in found.wave.waiting[:SHOWN]:
        tell(f"{row.winner.application} ({row.winner.number}) waits: {row.reason}")
    if len(found.wave.waiting) > SHOWN:
        tell(f"and {len(found.wave.waiting) - SHOWN:,} more; --json has them all")
    told_round(found.answers, folder)


def told_round(answers: Sequence[tuple[str, str]], folder: Path) -> None:
    """Say how many answers the round is to hear."""
    if answers:
        where = folder / "answers.csv"
        tell(f"{where} has what the round is to hear of {len(answers):,}: round allocate --answers")


def offers_table(made: Sequence[Made]) -> None:
    """Print offers."""
    from huiguan.housing.leasing.offers import in_words

    if not made:
        return
    heads = ("offer", "number", "own id", "home", "answer by", "state")
    rows = [
        (
            str(r.offer),
            r.number,
            r.application,
            r.place,
            str(r.answer_by),
            spoken(in_words(r.state)),
        )
        for r in made[:SHOWN]
    ]
    show_table("offers", heads, rows, left=heads[1:])
    if len(made) > SHOWN:
        tell(f"and {len(made) - SHOWN:,} more; offers.csv has them all")


@lease.command()
def sign(
    folder: Folder,
    answer: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER", help="A table of answers, or the application that accepts its offer."
        ),
    ],
    round_folder: RoundOf,
    register: Register,
    estate: EstateOf,
    on: OnDay,
    start: Annotated[str, typer.Option(metavar="DATE", help="First day of leases that name none.")],
    months: Annotated[int, typer.Option(min=1, help="Length of leases that name no end.")] = 12,
    city: City = "shanghai",
    rulebook: Rulebook = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take answers to offers, and sign a lease for each that accepts; all of them or none.

    Rent, deposit, people and payers follow from the round and the rules where a row names none. The
    place turns from the round's into the lease's in claims.csv of the estate.
    """
    import msgspec

    from huiguan.housing.leasing.signing import Usual
    from huiguan.leasing.signing import Place, sign_leases

    usual = Usual(day_of(on), day_of(start), months)
    path = Path(answer)
    rows = None if path.suffix in (".csv", ".xlsx") else [(1, {"application": answer})]
    place = Place(folder, round_folder, register, estate)
    rules = rules_of(city, rulebook)
    found = sign_leases(place, rules, rows or path, usual, dry=dry_run, say=say)
    refuse(found.faults, folder, path)
    if as_json:
        whole = {
            "leases": [entry.lease.number for entry in found.leases],
            "answered": [msgspec.to_builtins(row) for row in found.answered],
            "answers": found.answers,
        }
        typer.echo(json.dumps(whole, ensure_ascii=False))
        return
    tell(f"answers taken: {len(found.answered):,}; leases signed: {len(found.leases):,}")
    leases_table(found.leases)
    offers_table([row for row in found.answered if row.state.name != "LET"])
    told_round(found.answers, folder)
    if dry_run:
        tell("dry run: nothing was written")
        return
    say_next("lease", "check", folder, "--on", start, "--estate", estate)


def leases_table(signed: Sequence[Letting]) -> None:
    """Print leases that were signed."""
    from huiguan.foundation.arithmetic import show_fen

    if not signed:
        return
    heads = ("lease", "home", "lessee", "from", "until", "rent", "deposit")
    rows = [
        (row.number, row.place, row.lessee, str(row.start), str(row.end), show_fen(row.rent_fen),
         show_fen(row.deposit_fen))
        for row in (entry.lease for entry in signed[:SHOWN])
    ]  # fmt: skip
    show_table("leases", heads, rows, left=heads[:5])
    if len(signed) > SHOWN:
        tell(f"and {len(signed) - SHOWN:,} more; leases.csv has them all")
