"""``huiguan doctor``: is this machine fit for a hall, and what to do where it is not."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.hall.steer import HALL, Data
from huiguan.cli.language import spoken
from huiguan.exchange.reports.words import left
from huiguan.foundation.faults import InputFault


@app.command()
def doctor(
    data: Data = HALL, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Check disk, flush time, large pages, clock, database, ports, versions; say what to do."""
    from huiguan.floor.hall.machine import BAD, examine, port_free
    from huiguan.floor.hall.operator import SOCKET_NAME
    from huiguan.floor.hall.settings import SETTINGS_NAME, read_settings

    folder = data if data.exists() else data.parent
    if not folder.is_dir():
        raise InputFault(f"{folder} is no folder; name the hall's with --data")
    found = examine(folder)
    if (data / SETTINGS_NAME).exists() and not (data / SOCKET_NAME).exists():
        settings = read_settings(data)
        found.append(port_free(settings.host, settings.binary_port, "binary door"))
        found.append(port_free(settings.host, settings.http_port, "JSON door"))
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], indent=1))
    else:
        for one in found:
            what, state = left(spoken(one.what), 12), left(spoken(one.state), 10)
            typer.echo(f"{what} {state} {spoken(one.figure)}")
            if one.advice:
                typer.echo(f"{'':<23} {spoken(one.advice)}")
    raise typer.Exit(1 if any(one.state == BAD for one in found) else 0)
