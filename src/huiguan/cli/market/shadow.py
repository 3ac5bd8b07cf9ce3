"""``huiguan shadow``: recorded days closed again under other rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import check_day
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import say

MOST = 20


@app.command()
def shadow(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Closed day folders.")],
    other: Annotated[
        list[Path],
        typer.Option("--rules", metavar="OTHER_BOOK", help="Books laid over the shipped ones."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Every account, as JSON.")] = False,
) -> None:
    """Close recorded days again under other margin, limit or fee rules.

    Matching is held as recorded: the trades stay, only what follows from the rules changes.
    """
    import msgspec

    from huiguan.cli.tables import show_table
    from huiguan.days.cleared import read_closed, run_for_clearing
    from huiguan.days.shadow import shadow as close_under
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.market.day_folder import verify_manifest
    from huiguan.storage.market.rulebooks.load import load_books

    for folder in folders:
        check_day(folder)
    books = load_books(*other)
    shown = ", ".join(map(str, other))
    for folder in folders:
        say(f"shadow: {folder} is run again")
        image, recorded, orders = read_closed(folder)
        verify_manifest(folder)
        events = run_for_clearing(folder).events
        found = close_under(image, events, recorded, books, orders)
        day = show_day(image.settings.trading_day)
        if as_json:
            page = {
                "trading_day": day,
                "accounts": [row._asdict() for row in found.accounts],
                "called_before": found.called_before,
                "called_after": found.called_after,
            }
            typer.echo(msgspec.json.encode(page).decode())
            continue
        calls = f"pools with a margin call: {found.called_before} -> {found.called_after}"
        if not found.accounts:
            tell(f"{day} under {shown}: nothing changes for any trading code; {calls}")
            continue
        largest = sorted(
            found.accounts, key=lambda row: (-abs(row.available_fen), row.trading_code)
        )
        show_table(
            f"{day} under {shown}: {len(found.accounts):,} of {len(recorded.accounts):,} trading"
            " codes differ; matching is held as recorded (CNY)",
            ("trading code", "margin +/-", "fees +/-", "available +/-"),
            [
                (
                    row.trading_code,
                    show_fen(row.margin_fen),
                    show_fen(row.fees_fen),
                    show_fen(row.available_fen),
                )
                for row in largest[:MOST]
            ]
            + [
                (
                    f"all {len(largest):,} that differ",
                    show_fen(sum(row.margin_fen for row in largest)),
                    show_fen(sum(row.fees_fen for row in largest)),
                    show_fen(sum(row.available_fen for row in largest)),
                )
            ],
        )
        tell(calls)
        say_next("statement", folder, largest[0].trading_code)
