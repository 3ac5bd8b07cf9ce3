"""``huiguan round``: freeze, draw, allocate, check, explain, release or void a round folder."""

from __future__ import annotations

import getpass
import json
import shlex
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, tell
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table
from huiguan.foundation.faults import CheckFault

SHOWN = 50  # findings printed; --json has them all

round_app = typer.Typer(no_args_is_help=True, help="One public round of homes, as a folder.")
app.add_typer(round_app, name="round")

Folder = Annotated[Path, typer.Argument(help="the round folder")]
Json = Annotated[bool, typer.Option("--json", help="print JSON for programs")]


@round_app.command()
def pledge(
    party: Annotated[str, typer.Argument(help="who takes part in the draw, as in round.toml")],
    secret: Annotated[
        str, typer.Option(help="the party's secret (default: 32 random bytes, printed)")
    ] = "",
) -> None:
    """Make a party's secret and the commitment to it, for round.toml; the secret is kept."""
    import secrets

    from huiguan.housing.round.draw import commit_secret

    chosen = secret or secrets.token_hex(32)
    if not secret:
        say(f"secret of {party}, to be kept until the draw: {chosen}")
    typer.echo(f'[[party]]\nname = "{party}"\ncommitment = "{commit_secret(party, chosen)}"')


def settle(folder: Path) -> None:
    """Finish a step that was interrupted, and say in which state the round is."""
    from huiguan.storage.homes.round_step import beside, finish_step, left_behind
    from huiguan.storage.lock import holder

    if finish_step(folder):
        say(
            f"{folder}: a step was interrupted after it was taken; what it began is finished, and"
            " this is the new state"
        )
    elif left_behind(folder) and (writing := holder(beside(folder))) is None:
        say(
            f"{folder}: a step was interrupted before it was taken; this is the old state: what it"
            " wrote is not used, take it again"
        )
    elif left_behind(folder):
        say(f"{folder} is being written by {writing}; this is the state before")


@round_app.command()
def freeze(
    folder: Folder,
    source: Annotated[
        Path | None, typer.Option("--from", help="input folder (default: the round folder itself)")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="folder of the void attempt before this one")
    ] = None,
    estate: Annotated[
        Path | None, typer.Option(help="compare the programmes with this estate")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the canonical folder; print its commitment, to be published, counts and warnings."""
    from huiguan.housing.round.summary import summary_of
    from huiguan.housing.round.value import known_before
    from huiguan.rounds.freeze import freeze_round

    settle(folder)
    if previous:
        settle(previous)
    say("freezing: every row is read, checked and written in canonical form")
    commitment, frozen, differs = freeze_round(source or folder, folder, previous, say, estate)
    summary = summary_of(frozen)
    warnings = [known_before(frozen.head)] if known_before(frozen.head) else []
    warnings += [*differs, *summary.warnings]
    if as_json:
        counts = summary._asdict() | {"commitment": commitment, "warnings": warnings}
        typer.echo(json.dumps(counts))
        return
    typer.echo(commitment)
    states = ", ".join(f"{count:,} {state}" for state, count in summary.states.items())
    tell(f"applications: {states}; in the draw: {tiers_told(summary.tiers)}")
    tell(f"{summary.programmes:,} programmes, {summary.homes:,} homes, {summary.choices:,} choices")
    for warning in warnings:
        say(f"warning: {warning}")
    if frozen.head.randomness == "drand":
        say_next("round", "draw", folder, "--signature", "SIGNATURE")
    else:
        shown = [w for p in frozen.head.party for w in ("--reveal", f"{p.name}=SECRET")]
        say_next("round", "draw", folder, *shown, "--dice", "DIGITS")


def tiers_told(tiers: dict[int, int]) -> str:
    """Return how many applications stand in each tier."""
    return ", ".join(f"tier {tier}: {count:,}" for tier, count in tiers.items()) or "none"


@round_app.command()
def draw(
    folder: Folder,
    signature: Annotated[str, typer.Option(help="signature of the drand round, hex")] = "",
    reveal: Annotated[
        list[str] | None, typer.Option(help="party=secret, once for each party")
    ] = None,
    dice: Annotated[str, typer.Option(help="dice thrown in public, digits 1 to 6")] = "",
) -> None:
    """Take the public value and give every application its tickets and its rank."""
    from huiguan.rounds.draw import draw_round

    settle(folder)
    pairs = [entry.partition("=") for entry in reveal or []]
    say("drawing: one SHA-256 for every ticket")
    record = draw_round(folder, signature, {p[0]: p[2] for p in pairs}, dice)
    tell(f"public value {record.value}")
    say_next("round", "allocate", folder)


@round_app.command()
def allocate(
    folder: Folder,
    answers: Annotated[
        Path | None, typer.Option(help="number,answer (withdrawn or settled): run it again")
    ] = None,
) -> None:
    """Match applications to homes; write results, cut-offs and their manifest.

    With --answers the frozen round runs again without those who withdrew; nobody's held offer
    worsens. Each such run gets a folder of its own under reruns/.
    """
    from huiguan.rounds.allocate import allocate_round
    from huiguan.rounds.rerun import rerun_round

    settle(folder)
    say("allocating: deferred acceptance over the frozen rows")
    if answers is None:
        match = allocate_round(folder)
    else:
        target, before, match = rerun_round(folder, answers, say)
        held = (before.choice >= 0) & (match.choice >= 0)
        risen = int((held & (match.choice < before.choice)).sum())
        new = int(((before.choice < 0) & (match.choice >= 0)).sum())
        tell(f"{target}: {risen} have a better home than before, {new} have one at last")
    placed = int((match.choice >= 0).sum())
    tell(f"{placed} of {match.choice.size} applications have a home")
    say_next("round", "check", folder)


@round_app.command()
def check(folder: Folder, as_json: Json = False) -> None:
    """Check a whole round with separate code; every finding names its file and row."""
    from huiguan.rounds.check import check_folder
    from huiguan.storage.homes.round_folder import VOID

    settle(folder)
    say("checking: frozen rows, tickets, results, cut-offs, optimality")
    findings = check_folder(folder)
    if as_json:
        typer.echo(json.dumps([msgspec.to_builtins(finding) for finding in findings]))
    else:
        for finding in findings[:SHOWN]:
            tell(finding.told())
        if len(findings) > SHOWN:
            tell(f"and {len(findings) - SHOWN:,} more; --json has them all")
    if findings:
        raise CheckFault(f"{counted(len(findings))}; the round must not be released as it is")
    if not as_json:
        tell("no finding; the attempt is void" if (folder / VOID).exists() else "no finding")
        say_next("round", "release", folder, "--out", "PUBLIC")


def counted(findings: int) -> str:
    """Return "1 finding", "2 findings"."""
    return f"{findings:,} finding{'' if findings == 1 else 's'}"


Register = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="the folder of the intake, for your own ids and reasons"),
]


@round_app.command()
def explain(
    folder: Folder,
    number: Annotated[str, typer.Argument(help="number of the application, or your own id")],
    register: Register = None,
    as_json: Json = False,
) -> None:
    """Tell one application's story: rank, cut-offs, the rule, what one more home would change.

    Why an application is refused or void stands in the folder of its intake: name it with
    --register.
    """
    from huiguan.cli.homes.office import spoken_entry
    from huiguan.housing.people.record import application_of, tell_applied
    from huiguan.housing.told import tell as told
    from huiguan.rounds.intake import taken_in
    from huiguan.rounds.story import story_of

    settle(folder)
    entry = application_of(taken_in(register), number) if register else None
    say("explaining: the frozen round is run again for every better choice")
    story = story_of(folder, entry.number if entry else number)
    if as_json:
        intake = {"intake": entry} if entry else {}
        typer.echo(msgspec.json.encode(msgspec.structs.asdict(story) | intake).decode())
        return
    story = msgspec.structs.replace(
        story, rule=spoken(story.rule), rule_status=spoken(story.rule_status)
    )
    typer.echo("\n".join(told(story, language())))
    if entry and story.state != "in":
        typer.echo("\n".join(tell_applied(spoken_entry(entry), language())))
    elif story.state != "in":
        say_next("homes", "explain", "INPUT", number)


@round_app.command()
def results(
    folder: Folder,
    register: Register = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="write all here")] = None,
    as_json: Json = False,
) -> None:
    """List what every application has now, by your own ids: for the office, never the public."""
    from huiguan.rounds.intake import taken_in
    from huiguan.rounds.story import ResultRow, result_rows
    from huiguan.storage.files import write_output
    from huiguan.storage.homes.office import office_table

    settle(folder)
    rows = result_rows(folder, taken_in(register) if register else None)
    if out is not None:
        write_output(out, office_table(ResultRow._fields, rows))
        tell(f"{len(rows):,} applications: {out}")
    elif as_json:
        typer.echo(json.dumps([row._asdict() for row in rows], ensure_ascii=False))
    else:
        heads = ("number", "own id", "persons", "state", "rank", "home", "answer")
        title = f"{len(rows):,} applications, {sum(bool(row.programme) for row in rows):,} homes"
        shown = [(*row[:4], row.rank or "", *row[5:]) for row in rows[:SHOWN]]
        show_table(title, heads, shown, left=[h for h in heads if h != "rank"])
        if len(rows) > SHOWN:
            tell(f"and {len(rows) - SHOWN:,} more; --out FILE.csv has them all")


@round_app.command()
def release(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="folder for the public")],
) -> None:
    """Copy what the public may see, after a check; sealed files stay behind."""
    from huiguan.rounds.release import release_round

    settle(folder)
    settle(out)
    say("checking before the release")
    for name in release_round(folder, out):
        typer.echo(name)
    tell(f"next: {shlex.join(['python3', str(out / 'verify.py'), str(out)])}")


@round_app.command()
def void(
    folder: Folder,
    reason: Annotated[str, typer.Option(help="why, in one sentence for the public")],
    by: Annotated[
        str, typer.Option(help="who declares it, for the public (default: your login name)")
    ] = "",
) -> None:
    """Declare an attempt void; it stays public, and the next attempt chains to it."""
    from huiguan.rounds.void import void_round

    settle(folder)
    declared_by = by or getpass.getuser()
    commitment = void_round(folder, reason, declared_by)
    tell(f"void: {commitment}, declared by {declared_by}")
    say_next("round", "freeze", "NEXT", "--from", "INPUT", "--previous", folder)
