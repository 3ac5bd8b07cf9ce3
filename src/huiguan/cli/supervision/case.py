"""``huiguan case``: one alert with everything a person needs to judge it, as a page to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, spoken_head, tell
from huiguan.cli.market.folders import DayDir
from huiguan.cli.next_step import say_next
from huiguan.cli.supervision.alerts import Together, alert_of, watch_day

MOST_SHOWN = 200


@app.command("case")
def case_command(
    folder: DayDir,
    number: Annotated[int, typer.Option("--alert", metavar="N", help="As `alerts` numbers it.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the case as a page to print.")
    ] = None,
    most: Annotated[
        int, typer.Option("--commands", min=1, metavar="N", help="Show so many commands at most.")
    ] = MOST_SHOWN,
    together: Together = None,
) -> None:
    """Show one alert command by command: when, whose, what it did, and the book it met.

    The page names the rule, its status and the hashes of the day, so that anybody with the folder
    comes to the same case.
    """
    from huiguan.cli.tables import show_table
    from huiguan.days.hashes import hash_words
    from huiguan.exchange.reports.alert_words import rule_of
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.exchange.reports.case_page import Case, case_page, case_rows
    from huiguan.exchange.surveillance.evidence import moments_of
    from huiguan.storage.files import write_output

    run, seen, alerts = watch_day(folder, together or [])
    alert = alert_of(alerts, number)
    hashes = hash_words(run.hashes)
    case = Case(
        image=run.image,
        events=run.events,
        alert=alert,
        rule=rule_of(alert.finding, seen.rules),
        moments=list(moments_of(seen, alert.finding, most)),
        hashes={f"{name} hash": hashes[name] for name in ("journal", "events", "day")},
    )
    tell(f"{alert.contract}, {alert.what}, {alert.who}")
    tell(alert.sentence)
    show_table(
        f"The first {len(case.moments):,} of {len(alert.finding.sequences):,} commands",
        ("time", "command", "trading code", "what it did", "best bid", "best ask"),
        case_rows(case, chinese=language() == "zh"),
        left=("time", "trading code", "what it did"),
    )
    if html:
        words = PageWords(language(), spoken, spoken_head)
        write_output(html, case_page(case, words).encode())
        tell(f"page: {html}")
    if case.moments:
        say_next("explain", folder, "--command", case.moments[0].sequence)
