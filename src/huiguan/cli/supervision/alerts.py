"""``huiguan alerts``: what surveillance finds on a day that is over, with its commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import DayDir, check_begun
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import numpy as np

    from huiguan.days.cleared import RunDay
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.reports.alert_words import Alert
    from huiguan.exchange.surveillance.watched import Watched

MOST_COMMANDS = 40
Together = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE,CODE",
        help="Look at these trading codes as one holder's; may be given again.",
    ),
]


def holders_together(image: DayImage, together: list[str]) -> np.ndarray:
    """Return the holder of each code, the codes named together merged into their first one's."""
    holders = image.trading_codes["holder"].copy()
    for group in together:
        rows = []
        for code in group.split(","):
            if code not in image.names.trading_codes:
                raise InputFault(
                    f"{code!r} is no trading code of this day; they are written as"
                    f" {image.names.trading_codes[0]}"
                )
            rows.append(image.names.trading_codes.index(code))
        for row in rows:
            holders[holders == holders[row]] = holders[rows[0]]
    found: np.ndarray = holders
    return found


class WatchedDay(NamedTuple):
    """A day that was run again, as surveillance reads it, with what it finds."""

    run: RunDay
    seen: Watched
    alerts: list[Alert]


def watch_day(folder: Path, together: list[str]) -> WatchedDay:
    """Run a day again and return every finding, numbered; the rules are those of its day."""
    from huiguan.days.cleared import run_for_clearing
    from huiguan.days.run_again import announce_compiling
    from huiguan.exchange.day.contract_tables import parameters_of
    from huiguan.exchange.reports.alert_words import alerts_of
    from huiguan.exchange.surveillance.scan import scan
    from huiguan.exchange.surveillance.watched import watched
    from huiguan.storage.market.rulebooks.load import load_books

    check_begun(folder)
    announce_compiling(lambda text: say(f"alerts: {text}"))
    say(f"alerts: {folder} is run again")
    run = run_for_clearing(folder)
    image = run.image
    rules = parameters_of(load_books(), image.names.instruments, image.settings.trading_day)
    seen = watched(image, run.events, rules, holders_together(image, together))
    return WatchedDay(run, seen, alerts_of(scan(seen), image, rules))


def alert_of(alerts: list[Alert], number: int) -> Alert:
    """Return an alert by its number; one that is not there is an InputFault."""
    if not 1 <= number <= len(alerts):
        raise InputFault(f"alert {number} is not there; this day has {len(alerts)}")
    return alerts[number - 1]


@app.command("alerts")
def alerts_command(
    folder: DayDir,
    number: Annotated[
        int | None, typer.Option("--alert", metavar="N", help="Show one with its commands.")
    ] = None,
    together: Together = None,
    as_json: Annotated[bool, typer.Option("--json", help="All of them with commands, as JSON.")] = (
        False
    ),
) -> None:
    """Show what surveillance finds on a day that is over: who, what, and from where it is abnormal.

    A finding is no judgement: its commands are evidence, and `explain` tells what each did.
    """
    alerts = watch_day(folder, together or []).alerts
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode([as_row(alert) for alert in alerts]).decode())
        return
    if number is not None:
        show_alert(folder, alert_of(alerts, number))
        return
    from huiguan.cli.tables import show_table

    show_table(
        f"{len(alerts)} alerts of {folder}",
        ("alert", "commands", "behaviour", "contract", "holder", "finding", "status"),
        [
            (
                alert.number,
                f"{len(alert.finding.sequences):,}",
                *(alert.what, alert.contract, alert.who, alert.sentence, alert.status),
            )
            for alert in alerts
        ],
        left=("behaviour", "contract", "holder", "finding", "status"),
        folds=("finding",),
    )
    if alerts:
        say_next("alerts", folder, "--alert", 1)


def as_row(alert: Alert) -> dict[str, object]:
    """Return an alert as the fields of its JSON."""
    return {
        "alert": alert.number,
        "behaviour": alert.finding.behaviour,
        "contract": alert.contract,
        "holder": alert.who,
        "trading_codes": alert.codes,
        "figure": alert.finding.figure,
        "threshold": alert.finding.threshold,
        "score_ppm": alert.finding.score_ppm,
        "sentence": alert.sentence,
        "status": alert.status,
        "commands": alert.finding.sequences,
    }


def show_alert(folder: Path, alert: Alert) -> None:
    """Print one alert: its sentence, whose codes it is, and the commands that make it."""
    tell(f"{alert.contract}, {alert.what}, {alert.who}")
    tell(alert.sentence)
    tell(f"trading codes: {', '.join(alert.codes)}")
    commands = alert.finding.sequences
    shown = " ".join(map(str, commands[:MOST_COMMANDS]))
    if len(commands) > MOST_COMMANDS:
        tell(f"the first {MOST_COMMANDS} of {len(commands):,} commands (all with --json): {shown}")
    else:
        tell(f"commands: {shown}")
    if commands:
        say_next("case", folder, "--alert", alert.number)
