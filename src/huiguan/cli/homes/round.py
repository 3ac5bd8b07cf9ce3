"""``huiguan round``: freeze, draw, allocate, check, explain, release or void a round folder."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault

SHOWN = 50  # findings printed; --json has them all

round_app = typer.Typer(no_args_is_help=True, help="One public round of homes, as a folder.")
app.add_typer(round_app, name="round")

Folder = Annotated[Path, typer.Argument(help="the round folder")]
Json = Annotated[bool, typer.Option("--json", help="print JSON for programs")]


def say(text: str) -> None:
    """Report progress on stderr."""
    typer.echo(text, err=True)


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
) -> None:
    """Write the canonical folder and print its commitment, to be published before the draw."""
    from huiguan.housing.round.value import known_before
    from huiguan.rounds.freeze import freeze as freeze_folder
    from huiguan.storage.homes.round_folder import read_head

    settle(folder)
    if previous:
        settle(previous)
    say("freezing: every row is read, checked and written in canonical form")
    typer.echo(freeze_folder(source or folder, folder, previous))
    if warning := known_before(read_head(folder)):
        say(f"warning: {warning}")


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
    typer.echo(f"public value {record.value}")


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
        target, before, match = rerun_round(folder, answers)
        held = (before.choice >= 0) & (match.choice >= 0)
        risen = int((held & (match.choice < before.choice)).sum())
        new = int(((before.choice < 0) & (match.choice >= 0)).sum())
        typer.echo(f"{target}: {risen} have a better home than before, {new} have one at last")
    placed = int((match.choice >= 0).sum())
    typer.echo(f"{placed} of {match.choice.size} applications have a home")


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
            typer.echo(finding.told())
        if len(findings) > SHOWN:
            typer.echo(f"and {len(findings) - SHOWN:,} more; --json has them all")
    if findings:
        raise CheckFault(f"{counted(len(findings))}; the round must not be released as it is")
    if not as_json:
        typer.echo("no finding; the attempt is void" if (folder / VOID).exists() else "no finding")


def counted(findings: int) -> str:
    """Return "1 finding", "2 findings"."""
    return f"{findings:,} finding{'' if findings == 1 else 's'}"


@round_app.command()
def explain(
    folder: Folder,
    number: Annotated[str, typer.Argument(help="number of the application")],
    lang: Annotated[str, typer.Option(help="zh or en")] = "en",
    as_json: Json = False,
) -> None:
    """Tell one application's story: rank, cut-offs, the rule, what one more home would change."""
    from huiguan.housing.explain import WORDS, tell
    from huiguan.rounds.story import story_of

    if lang not in WORDS:
        raise InputFault(f"the story is told in zh or en, not in {lang!r}")
    settle(folder)
    say("explaining: the frozen round is run again for every better choice")
    story = story_of(folder, number)
    if as_json:
        typer.echo(msgspec.json.encode(story).decode())
    else:
        typer.echo("\n".join(tell(story, lang)))


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
    typer.echo(f"void: {commitment}, declared by {declared_by}")
